import './quiet';
import { describeSeeds } from './describeSeeds';

describeSeeds(501, 1000);
