import { folderPlace } from './real-places.ts';
import { remoteContract } from './remote-contract.ts';

remoteContract('a folder', folderPlace);
