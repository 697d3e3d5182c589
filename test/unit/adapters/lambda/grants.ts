import { EVERYTHING, type Grants } from '../../../../broker/access';

/** Everything there is. */
export const ALL_GRANTS: Grants = { publish: [EVERYTHING], subscribe: [EVERYTHING], admin: [EVERYTHING] };
