/** What AWS knows a process by, as the SDK has it. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** When they end. */
  readonly expiration?: Date;
}

/** Fetches credentials: any of the providers of the SDK, such as its `fromNodeProviderChain()`. */
export type AwsCredentialsProvider = () => Promise<AwsCredentials>;
