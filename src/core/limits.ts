// Every bound of prsist, in one place. Sizes in bytes of UTF-8 unless the name says otherwise.

const kib = 1024;
const mib = 1024 * kib;

export const limits = {
  keyBytes: 512,
  valueBytes: mib,
  messageBytes: 4 * mib,
  metadataBytes: 64 * kib,
  wordBytes: 128,
  bodyBytes: 8 * mib,
  headerBytes: 16 * kib,
  tcpConnections: 64,
  jsonDepth: 32,
  jsonMembers: 10_000,
  /** New entries of one session of an agent; what comes after them waits in quarantine for a person. */
  entriesPerHour: 200,
  /** A longer value is looked up, not told unasked. */
  briefEntryBytes: 16 * kib,
  entryTags: 32,
  entryLinks: 64,
  ephemeralBytes: 64 * mib,
  /** Reads that wait for being counted; beyond this they are not. */
  accessesWaiting: 20_000,
  accessRows: 1_000_000,

  queryBytes: 4 * kib,
  queryTerms: 64,
  searchResults: 300,
  /** A search waits so long for what its question means, and for a second look at its results. */
  questionMs: 300,
  rerankMs: 1_000,
  /** Projects that one search goes through. */
  searchProjects: 200,

  /** Message and tool text up to this stands in the record, larger text in a blob. */
  inlineTextBytes: 2 * kib,
  inlineValueBytes: 16 * kib,

  /** Below this nothing is written any more until there is room again. */
  diskLowBytes: 64 * mib,
  /** Copies of each database that are kept. */
  backupsKept: 7,

  /** A larger database is looked through in a thread of its own after a crash, while it is served. */
  checkAsideBytes: 16 * mib,
  /** That thread waits so long: who started the daemon is answered first. */
  checkAfterMs: 1_000,

  /** Segments of one request to a model. */
  planSegments: 4_096,

  groupCommit: 256,
  queueRequests: 1_000,
  queueBytes: 32 * mib,
  sliceMs: 15,
  /** Of what other devices wrote, while nobody has asked for anything for so long: a commit for many costs a tenth less. */
  bulkSliceMs: 60,
  /** From so many records on a pack is one of many: see Projecting.isBulk. */
  bulkRecords: 500,
  quietMs: 250,
  /** Of evicting: a slice ends with the segments it is at, and its commit comes on top; together mostly within 5 ms. */
  evictSliceMs: 2,

  spoolFiles: 20_000,
  spoolBytes: 64 * mib,
  spoolBodyBytes: 262_144,
  spoolAttempts: 3,
  spoolTmpAgeMs: 10 * 60_000,
  spoolIdDays: 7,
  /** Events of a repository about which nobody has answered. */
  askedDays: 7,
  leftoverDays: 90,
  leftoverFiles: 10_000,

  /** How long a hook's words wait for the transcript that will hold them too. */
  transcriptWaitMs: 60_000,
  transcriptLineBytes: 16 * mib,
  transcriptFileBytes: 4 * 1024 * mib,
  importLines: 500,
  /** A chain of segments, and all of one project. */
  chainLinks: 4096,
  chainBlocks: 1_000_000,
  /** Of one request. */
  heartbeats: 100,
  segmentBytes: 64 * kib,

  /** Text of one document, after it was taken out of its file. */
  documentBytes: 4 * mib,
  documentFileBytes: 64 * mib,
  documentFiles: 20_000,
  documentBatch: 100,
  /** Text that waits for one write while a directory is taken in. */
  documentBatchBytes: 64 * kib,
  /** An archive may unpack to so much in all, and each large member to so many times its size. */
  documentInflatedBytes: 64 * mib,
  documentInflation: 200,
  documentDepth: 1_000,
  /** A file that takes longer to read is given up. */
  documentMs: 30_000,
  documentHeapMb: 128,
  bankFiles: 1_000,

  snapshotTokens: 1_200,
  briefTokens: 2_000,
  briefChars: 9_500,

  /** No object of a remote is larger; a larger one is none of ours. */
  remoteObjectBytes: 16 * mib,
  /** One step of trying a remote, and one exchange with it that moves next to nothing. */
  probeStepMs: 5_000,
  remoteMs: 60_000,
  /** A line slower than this is as good as down. */
  remoteBytesPerS: 16 * kib,

  handoffDays: 7,
  /** Changes of a work tree that go along with a handoff. */
  patchBytes: mib,
  idempotencyHours: 24,
  logFileBytes: 10 * mib,
  logFiles: 5,

  /** Records and plain bytes of one pack; a text that is larger has a companion of its own. */
  packRecords: 2_000,
  packBytes: 2 * mib,
  /** Packs below this on a remote are joined when many lie side by side. */
  packSmallBytes: 64 * kib,
  /** Plain bytes of one pack of records that are older than a week: the larger, the more of what was said before is near. */
  packOldBytes: 7 * mib,
  /** What a pack that is sealed again may hold: as much as any that was sealed before, below what may be unpacked. */
  packAgainBytes: 7 * mib,
  /** Plain bytes of the records of one snapshot, and the newest records that are in it whatever they are. */
  snapshotBytes: 24 * mib,
  snapshotNewest: 1_000,
  /** A project with fewer records has none; a new one is made when the newest is so many behind. */
  snapshotFrom: 10_000,
  snapshotBehind: 5_000,
  snapshotPlainBytes: 32 * mib,
  /** What a pack may unpack to, and how many times its compressed size. */
  packPlainBytes: 8 * mib,
  packInflation: 200,
  /** Nesting of a record's body. */
  recordDepth: 64,
  /** Packs of other devices that are kept, to give them back to a remote that lost them. */
  packCacheBytes: 256 * mib,
  /** Objects asked for or put at once, and their bytes. */
  syncBatch: 64,
  syncBatchBytes: 16 * mib,
  /** A pack that fails its checks is not asked for again after so many times. */
  packTries: 3,
  /** A clock of another device that is further ahead is not followed. */
  clockAheadMs: 5 * 60_000,

  /** A memory package: plain bytes and records of all of it, its largest frame, text and record, and how deep one nests. */
  packageBytes: 2 * 1024 * mib,
  packageRecords: 1_000_000,
  packageFrameBytes: 16 * mib,
  /** Records and plain bytes of one of its packs: small, since one is held while it is written or taken in. */
  packagePackRecords: 250,
  packagePackBytes: 256 * kib,
  /** Of a package that is taken in, what is written in a row. */
  packageBatchBytes: mib,
  packageNameBytes: 512,
  packageTextBytes: 8 * mib,
  packageRecordBytes: 2 * mib,
  packageDepth: 32,
  packageMembers: 10_000,
  /** What a passphrase costs to try, as a power of two: with this much an importer still works, exporters take one less. */
  packageWork: 18,

  gitTimeoutMs: 10_000,
  gitOutputBytes: 64 * mib,
} as const;
