// The contract of remotes over git: a bare repository on this disk, and one over a real line, behind `git daemon` on loopback.
import { repositoryPlace, servedPlace } from '../features/sync/real-places.ts';
import { remoteContract } from '../features/sync/remote-contract.ts';

remoteContract('git, a repository on this disk', repositoryPlace);
remoteContract('git, behind git daemon', servedPlace);
