// Pieces that several contracts share: words and limits as they stand on the wire.
import { z } from 'zod';
import { limits } from '../core/limits.ts';
import { layers, priorities, scopes, taskStatuses } from '../core/words.ts';

const utf8 = (max: number) =>
  z.string().refine((text) => Buffer.byteLength(text) <= max, { error: `at most ${max} bytes of UTF-8` });

export const word = utf8(limits.wordBytes).min(1);
export const key = utf8(limits.keyBytes).min(1);
export const messageText = utf8(limits.messageBytes).min(1);
export const layer = z.enum(layers);
export const scope = z.enum(scopes);
export const priority = z.enum(priorities);
export const taskStatus = z.enum(taskStatuses);
/** RFC 3339 in UTC, as every time on the wire. */
export const time = z.iso.datetime();
export const pageSize = (fallback: number, most: number) => z.int().min(1).max(most).default(fallback);
export const cursor = z.string().max(200).optional();
export const metadata = z
  .record(z.string().max(limits.wordBytes), z.json())
  .refine((value) => JSON.stringify(value).length <= limits.metadataBytes, {
    error: `at most ${limits.metadataBytes} bytes`,
  });

/** Every answer of a job: the id under which job.show follows it. */
export const jobStarted = z.object({ job_id: z.string() });
