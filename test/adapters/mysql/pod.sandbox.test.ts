import { mariadb } from '../../support/databases/engines.ts';
import { podContract } from '../database/pod.ts';

podContract(mariadb);
