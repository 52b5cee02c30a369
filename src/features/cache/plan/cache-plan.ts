// What goes into a plan and what comes out: plain data, as it travels on the wire and through the library.
import type { Segment, SegmentKind, SegmentPlace } from '../segment.ts';

/** A request as prsist sees it: the pieces it is made of, and what is known of the conversation. */
export interface PlanContext {
  /** Turns (place messages, with a role) in the order in which they were said; all others in any order. */
  readonly segments: readonly Segment[];
  /** Keeps the requests of one conversation together where a provider routes by a key. */
  readonly session?: string | undefined;
  readonly project?: string | undefined;
  /** Seconds between the requests of this conversation so far; else those of typical sessions are taken. */
  readonly pauses_s?: readonly number[] | undefined;
}

export interface PlanOptions {
  readonly model?: string | undefined;
  /** Lifetime of all entries, by the provider's own name; the longest that is worth its price when absent. */
  readonly ttl?: string | undefined;
  /** Lifetime of what is written in the messages; never longer than that of what stands before them. */
  readonly messages_ttl?: string | undefined;
  /** Requests a minute that share a key: above the provider's limit it is split. */
  readonly requests_per_minute?: number | undefined;
  /** Reads expected while an entry that costs storage lives: decides whether one is made. */
  readonly expected_reads?: number | undefined;
  /** Tokens the engine was started with, or the model's window where it is not in the table. */
  readonly window_tokens?: number | undefined;
  /** Slots of a local server, of which each conversation keeps one. */
  readonly slots?: number | undefined;
  /** State file of a local server to be restored before the request. */
  readonly state_file?: string | undefined;
}

/** stable: what every request begins with · history: the conversation, as it was said · tail: what is new every time. */
export type Zone = 'stable' | 'history' | 'tail';

/** shared: what all sessions of a project begin with · snapshot: what this one begins with · anchor, previous: where the last request ended · newest: this one. */
export type BreakpointName = 'shared' | 'snapshot' | 'previous' | 'anchor' | 'newest';

export interface Breakpoint {
  readonly name: BreakpointName;
  /** Position in the plan's order. */
  readonly at: number;
  readonly slot: string;
  /** Of everything up to it. */
  readonly tokens: number;
  readonly ttl: string | null;
  /** The provider places it by itself. */
  readonly implicit: boolean;
}

export interface PlannedSegment {
  /** Where it stands in the context that was handed in. */
  readonly index: number;
  readonly slot: string;
  readonly kind: SegmentKind;
  readonly place: SegmentPlace;
  readonly role: 'user' | 'assistant' | 'tool' | null;
  readonly zone: Zone;
  readonly tokens: number;
  readonly change: number;
  /** Expected tokens of a request like this one that follows another. */
  readonly read: number;
  readonly written: number;
  readonly uncached: number;
}

export interface ExpectedCost {
  readonly unit: 'tokens of uncached input';
  /** Of a request into a cold cache. */
  readonly first: number;
  /** Of a request that follows another. */
  readonly following: number;
  readonly without_cache: number;
  /** The same in US dollars, where the model's price is known. */
  readonly usd: { readonly first: number; readonly following: number; readonly without_cache: number } | null;
}

/** Whether to read an entry once more in a long pause, so that it does not expire. Advice: nothing is sent. */
export interface KeepAlive {
  /** Seconds of silence after which it is read. */
  readonly every_s: number;
  /** Times in one pause; 0 where they would cost more than they save. */
  readonly most: number;
  /** Expected for each request, in tokens of uncached input, with what they cost taken off. */
  readonly saves: number;
  /** What one costs, in the same unit. */
  readonly each: number;
}

export interface CachePlan {
  readonly provider: string;
  readonly model: string | null;
  /** Which rules of config/providers.yaml it goes by. */
  readonly rules: string;
  /** How the provider caches, as the rules call it: breakpoints, automatic, key, automatic_while_loaded, slots. */
  readonly mode: string | null;
  /** In the order of the request. */
  readonly segments: readonly PlannedSegment[];
  readonly breakpoints: readonly Breakpoint[];
  readonly ttl: string | null;
  /** Members of the body or headers that tie requests together. */
  readonly key: { readonly name: string; readonly value: string } | null;
  readonly headers: Readonly<Record<string, string>>;
  /** What else the provider takes: keep_alive, prompt_cache_retention, id_slot. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** An entry made by a call of its own, before the request. */
  readonly explicit: { readonly upto: number; readonly ttl_s: number } | null;
  readonly tokens: {
    readonly total: number;
    readonly stable: number;
    readonly history: number;
    readonly tail: number;
    readonly window: number | null;
  };
  /** Expected of a request that follows another. */
  readonly hits: { readonly read: number; readonly written: number; readonly uncached: number; readonly share: number };
  /** null where read or write prices are not known. */
  readonly expected_cost: ExpectedCost | null;
  /** null where lifetime or prices are not known, or whether a read prolongs what is kept. */
  readonly keep_alive: KeepAlive | null;
  readonly warnings: readonly PlanWarning[];
}

export interface PlanWarning {
  readonly code: string;
  readonly text: string;
  readonly slot?: string | undefined;
}

/** One call of a provider's API. Paths are relative to its address; no key or address is ever in it. */
export interface ProviderRequest {
  readonly method: 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** Calls to be made before it. */
  readonly before: readonly Omit<ProviderRequest, 'before'>[];
}
