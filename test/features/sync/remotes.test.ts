import { folderPlace, repositoryPlace } from './real-places.ts';
import { remoteContract } from './remote-contract.ts';

remoteContract('a folder', folderPlace);
remoteContract('git, a repository on this disk', repositoryPlace);
