import './quiet';
import { describeSeeds } from './describeSeeds';

describeSeeds(1, 500);
