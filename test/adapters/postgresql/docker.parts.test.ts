import { postgresql } from '../../support/databases/engines.ts';
import { containerContract } from '../database/container.ts';

containerContract(postgresql, { password: 'is ignored by trust' });
