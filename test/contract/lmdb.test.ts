import { lmdbStores } from './lmdb';
import { describeStores } from './suites';

describeStores('LMDB', lmdbStores);
