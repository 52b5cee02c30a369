// The one table of everything that can go wrong for a reason a user can act on.

interface ErrorRow {
  readonly status: number;
  readonly exit: number;
  readonly retry: boolean;
  readonly hint: string;
}

/** code → HTTP status, exit status of the command, whether a repeat can help, and what to type next. */
export const errorTable = {
  'input/invalid': { status: 400, exit: 2, retry: false, hint: 'see --help of the command for what is expected' },
  'input/encoding': { status: 400, exit: 2, retry: false, hint: 'send valid UTF-8 JSON without NUL' },
  'input/media-type': { status: 415, exit: 2, retry: false, hint: 'send content-type: application/json' },
  'project/required': { status: 400, exit: 1, retry: false, hint: 'prsist init' },
  'project/not-found': { status: 404, exit: 1, retry: false, hint: 'prsist project list' },
  'config/invalid': { status: 400, exit: 78, retry: false, hint: 'prsist config edit' },
  'auth/missing': {
    status: 401,
    exit: 77,
    retry: false,
    hint: 'only prsist itself talks to this socket: use the prsist command',
  },
  'auth/refused': {
    status: 403,
    exit: 77,
    retry: false,
    hint: 'use the prsist command of the account that owns the daemon',
  },
  'entry/not-found': { status: 404, exit: 1, retry: false, hint: 'prsist search "<key>"' },
  'session/not-found': { status: 404, exit: 1, retry: false, hint: 'prsist sessions' },
  'session/ambiguous': { status: 400, exit: 2, retry: false, hint: 'give more characters of the id: prsist sessions' },
  'session/other-owner': { status: 409, exit: 1, retry: false, hint: 'start a session of your own with another id' },
  'session/closed': { status: 409, exit: 1, retry: false, hint: 'prsist session resume <id>' },
  'task/not-found': { status: 404, exit: 1, retry: false, hint: 'prsist task list' },
  'handoff/not-found': { status: 404, exit: 1, retry: false, hint: 'prsist status' },
  'handoff/taken': { status: 409, exit: 1, retry: false, hint: 'prsist status shows who took it' },
  'token/not-found': { status: 404, exit: 1, retry: false, hint: 'prsist token list' },
  'conflict/not-found': { status: 404, exit: 1, retry: false, hint: 'prsist conflicts list' },
  'conflict/settled': { status: 409, exit: 1, retry: false, hint: 'prsist conflicts list --settled' },
  'entry/version-conflict': { status: 409, exit: 1, retry: false, hint: 'read it again: prsist context get <key>' },
  'entry/would-demote': {
    status: 409,
    exit: 1,
    retry: false,
    hint: 'an entry that lasts is not made ephemeral: delete it first, or use another key',
  },
  'document/not-found': { status: 404, exit: 1, retry: false, hint: 'prsist document list' },
  'document/unsupported': {
    status: 400,
    exit: 1,
    retry: false,
    hint: 'text, Markdown, source code, HTML, PDF, docx, pptx, xlsx, odt, odp and ods are read',
  },
  'document/broken': { status: 400, exit: 1, retry: false, hint: 'open it in its program and save it again' },
  'provider/unknown': { status: 404, exit: 1, retry: false, hint: 'prsist cache plan --help' },
  'model/unknown': { status: 404, exit: 1, retry: false, hint: 'leave the model out: the safest values are taken' },
  'context/over-window': { status: 413, exit: 1, retry: false, hint: 'leave something out, or take a larger model' },
  'template/not-found': { status: 404, exit: 1, retry: false, hint: 'prsist cache templates' },
  'job/not-found': { status: 404, exit: 1, retry: false, hint: 'jobs are forgotten when the daemon restarts' },
  'tensor/off': { status: 409, exit: 1, retry: false, hint: 'prsist config set kv_tensors.enabled true' },
  'tensor/paused': { status: 503, exit: 75, retry: false, hint: 'prsist cache tensors verify ends the rest' },
  'tensor/mismatch': { status: 409, exit: 1, retry: false, hint: 'nothing was kept or restored: save it again' },
  'tensor/not-found': { status: 404, exit: 1, retry: false, hint: 'prsist cache tensors list' },
  'engine/unavailable': {
    status: 503,
    exit: 69,
    retry: true,
    hint: 'start it: llama-server -m <model> --slot-save-path <directory of prsist cache tensors list>',
  },
  'engine/failed': { status: 502, exit: 1, retry: false, hint: 'look into the log of the engine' },
  'remote/rolled-back': {
    status: 409,
    exit: 1,
    retry: false,
    hint: 'if it was replaced on purpose: prsist remote test <name> --accept-rollback',
  },
  'remote/tampered': { status: 409, exit: 1, retry: false, hint: 'prsist remote test <name>, then prsist doctor' },
  'remote/newer-format': { status: 426, exit: 69, retry: false, hint: 'npm install -g prsist@latest' },
  'workspace/mismatch': {
    status: 409,
    exit: 1,
    retry: false,
    hint: 'prsist device join brings this device into it; for a memory of its own, give another remote',
  },
  'key/missing': {
    status: 424,
    exit: 1,
    retry: false,
    hint: 'prsist device invite on a device that belongs to it, then prsist device join here',
  },
  'key/mismatch': { status: 409, exit: 1, retry: false, hint: 'nothing was sent or overwritten: prsist doctor' },
  'device/not-found': { status: 404, exit: 1, retry: false, hint: 'prsist device list' },
  'device/refused': { status: 409, exit: 1, retry: false, hint: 'prsist device list' },
  'invite/expired': { status: 409, exit: 1, retry: false, hint: 'prsist device invite makes a new one' },
  'recovery/wrong-words': {
    status: 400,
    exit: 2,
    retry: false,
    hint: 'all 24 words, in their order, as they were shown',
  },
  'package/unreadable': { status: 400, exit: 1, retry: false, hint: 'nothing was taken in: get the file again' },
  'package/locked': {
    status: 403,
    exit: 77,
    retry: false,
    hint: 'ask whoever made it for the passphrase, or for one made to your key: --identity <file>',
  },
  'package/newer': { status: 426, exit: 69, retry: false, hint: 'npm install -g prsist@latest' },
  'package/not-found': { status: 404, exit: 1, retry: false, hint: 'prsist import --list' },
  'route/unknown': { status: 404, exit: 2, retry: false, hint: 'prsist api --list' },
  'request/key-reused': { status: 409, exit: 1, retry: false, hint: 'use a new Idempotency-Key for a new request' },
  'limit/too-large': { status: 413, exit: 1, retry: false, hint: 'send less at once' },
  'file/unreadable': { status: 400, exit: 1, retry: false, hint: 'check the path and its permissions' },
  'file/not-ours': { status: 409, exit: 77, retry: false, hint: 'the lines to add by hand are shown above' },
  'daemon/unavailable': { status: 503, exit: 69, retry: true, hint: 'prsist daemon start' },
  'daemon/wedged': { status: 503, exit: 69, retry: true, hint: 'prsist daemon stop --force' },
  'daemon/version-skew': { status: 426, exit: 69, retry: false, hint: 'npm install -g prsist@latest' },
  'daemon/busy': { status: 503, exit: 75, retry: true, hint: 'nothing is lost: try again in a moment' },
  'daemon/draining': { status: 503, exit: 75, retry: true, hint: 'the daemon is leaving: try again in a moment' },
  'store/locked': {
    status: 503,
    exit: 75,
    retry: true,
    hint: 'another program holds the database: try again in a moment',
  },
  'store/newer-schema': { status: 503, exit: 69, retry: false, hint: 'npm install -g prsist@latest' },
  'store/corrupt': { status: 500, exit: 1, retry: false, hint: 'prsist store verify --deep' },
  'backup/foreign': {
    status: 409,
    exit: 1,
    retry: false,
    hint: 'prsist restore <file> --as-new makes it a project of its own',
  },
  'store/network-disk': {
    status: 500,
    exit: 78,
    retry: false,
    hint: 'set PRSIST_HOME or XDG_DATA_HOME to a local disk',
  },
  'store/unsafe-mode': { status: 500, exit: 77, retry: false, hint: 'chmod 700 the directory named above' },
  'disk/full': {
    status: 507,
    exit: 75,
    retry: true,
    hint: 'free some space: nothing captured is lost, it waits in the spool',
  },
  'disk/failed': { status: 500, exit: 75, retry: true, hint: 'check the disk: prsist daemon logs' },
  'disk/read-only': {
    status: 507,
    exit: 77,
    retry: false,
    hint: 'make the directory writable, or set PRSIST_HOME to one that is',
  },
  'remote/not-found': { status: 404, exit: 1, retry: false, hint: 'prsist remote list' },
  'remote/offline': { status: 503, exit: 75, retry: true, hint: 'nothing is lost: it is sent when the remote is back' },
  'remote/auth': {
    status: 401,
    exit: 77,
    retry: false,
    hint: 'check that the address is right and that your account may read there',
  },
  'remote/full': {
    status: 507,
    exit: 75,
    retry: true,
    hint: 'free some space there: nothing is lost, it is sent then',
  },
  'remote/read-only': { status: 403, exit: 77, retry: false, hint: 'check that your account may write there' },
  internal: { status: 500, exit: 70, retry: false, hint: 'prsist daemon logs' },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly field?: string;
  readonly retry_ms?: number;
  readonly details?: unknown;
}

interface ErrorOptions {
  /** What to type next; the row's own hint when absent. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** JSON path of the member of the request that was wrong. */
  readonly field?: string;
  readonly retryMs?: number;
  readonly details?: unknown;
}

/** An expected failure: everything a front end needs to tell the user what happened and what to do. */
export class PrsistError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly field: string | undefined;
  readonly retryMs: number | undefined;
  readonly details: unknown;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PrsistError';
    this.code = code;
    this.hint = options.hint ?? errorTable[code].hint;
    this.field = options.field;
    this.retryMs = options.retryMs;
    this.details = options.details;
  }
}

/** The form in which an error travels: `{code, message, hint, field?, retry_ms?, details?}`. */
export function errorBody(error: PrsistError): ErrorBody {
  return {
    code: error.code,
    message: error.message,
    hint: error.hint,
    ...(error.field === undefined ? {} : { field: error.field }),
    ...(error.retryMs === undefined ? {} : { retry_ms: error.retryMs }),
    ...(error.details === undefined ? {} : { details: error.details }),
  };
}

/** A received error body back as an error; an unknown code becomes `internal` with the code in its message. */
export function errorFromBody(body: ErrorBody): PrsistError {
  const known = Object.hasOwn(errorTable, body.code);
  // the lookup above is the reason for the cast
  const code = known ? (body.code as ErrorCode) : 'internal';
  return new PrsistError(code, known ? body.message : `${body.code}: ${body.message}`, {
    hint: body.hint,
    ...(body.field === undefined ? {} : { field: body.field }),
    ...(body.retry_ms === undefined ? {} : { retryMs: body.retry_ms }),
    ...(body.details === undefined ? {} : { details: body.details }),
  });
}
