// On which kind of machine this runs, where that matters: hooks and transcripts exist where an agent runs, and nowhere else.

export const machineKinds = ['cloud', 'dev-container', 'container', 'wsl', 'remote'] as const;
export type MachineKind = (typeof machineKinds)[number];

/** What a machine shows of itself. */
export interface Traces {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether something stands at a path. */
  readonly exists: (path: string) => boolean;
  /** Name and release of the kernel. */
  readonly kernel: string;
}

export interface Machine {
  readonly kind: MachineKind;
  /** What it is and what follows, in one line. */
  readonly means: string;
}

/** Innermost first: a container may run inside WSL, and be reached over SSH. Undefined: an ordinary machine. */
export function machineOf(traces: Traces): Machine | undefined {
  const kind = machineKinds.find((each) => signs[each](traces));
  return kind && { kind, means: meanings[kind] };
}

const signs: Readonly<Record<MachineKind, (traces: Traces) => boolean>> = {
  // https://code.claude.com/docs/en/claude-code-on-the-web
  cloud: ({ env }) => env['CLAUDE_CODE_REMOTE'] === 'true',
  // set by the Dev Containers extension, by Codespaces and by Gitpod in every terminal of theirs
  'dev-container': ({ env }) =>
    ['REMOTE_CONTAINERS', 'CODESPACES', 'DEVCONTAINER'].some((name) => env[name] === 'true' || env[name] === '1') ||
    isSet(env, 'GITPOD_WORKSPACE_ID'),
  // Docker and Podman
  container: ({ exists }) => ['/.dockerenv', '/run/.containerenv'].some(exists),
  wsl: ({ env, kernel }) => isSet(env, 'WSL_DISTRO_NAME') || /microsoft/i.test(kernel),
  // a terminal that an editor opened on the machine it is connected to has its server's socket
  remote: ({ env }) => ['SSH_CONNECTION', 'SSH_TTY', 'VSCODE_IPC_HOOK_CLI'].some((name) => isSet(env, name)),
};

function isSet(env: Traces['env'], name: string): boolean {
  return (env[name] ?? '') !== '';
}

const volume =
  'only agents in it are captured, and what is remembered goes with it unless data and state directories lie on a named volume';
const meanings: Readonly<Record<MachineKind, string>> = {
  cloud: "a cloud agent's machine: hooks of yours do not run here, only what the agent commits reaches you",
  'dev-container': `a dev container: ${volume}`,
  container: `a container: ${volume}`,
  wsl: 'Linux inside Windows (WSL): agents that run in Windows itself are not captured here',
  remote:
    'a remote host (SSH or an editor connected to it): what agents do here is kept here, as a device of its own; set prsist up at your own machine, too',
};
