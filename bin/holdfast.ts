import { App } from 'aws-cdk-lib';
import { HoldfastStack } from '../lib';

new HoldfastStack(new App(), 'Holdfast');
