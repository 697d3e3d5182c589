/** The credentials of a process in AWS, as the SDK defines them. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** When they expire. */
  readonly expiration?: Date;
}

/** Fetches credentials: any of the providers of the SDK, such as its `fromNodeProviderChain()`. */
export type AwsCredentialsProvider = () => Promise<AwsCredentials>;
