import type { Reply } from '../core/operation.ts';
import type { Operations } from '../features/operations.ts';

/** What an operation answers. */
export type ReplyOf<N extends keyof Operations> = Reply<Operations[N]>;

export type SessionLine = ReplyOf<'session.list'>['items'][number];
export type Message = ReplyOf<'session.messages'>['items'][number];
export type Conflict = ReplyOf<'conflict.list'>['items'][number];
export type Found = ReplyOf<'search.query'>['results'][number];
export type Usage = ReplyOf<'stats.usage'>['rows'][number];
export type Audited = ReplyOf<'cache.audit'>['sessions'][number];
