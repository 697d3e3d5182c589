import { writeFileSync } from 'node:fs';
import { permissionsTable, rewritten, SECURITY } from './permissionsTable';

writeFileSync(SECURITY, rewritten(permissionsTable()));
