/** Records whose event is not simply their noun and the past tense of their verb. */
const named: Readonly<Record<string, string>> = {
  'message.add': 'session.messaged',
  'message.mark': 'session.rewound',
  'handoff.create': 'session.handed_off',
  'session.start': 'session.started',
  'session.run': 'session.joined',
  'session.put': 'session.changed',
  'session.end': 'session.ended',
  'tool.add': 'tool.called',
  'edit.add': 'file.edited',
  'log.open': 'store.opened',
  'conflict.resolve': 'conflict.settled',
};
/** Said to whoever cannot be told everything: they look at how things stand. */
export const missedEvent = 'events.missed';
/** Said when everything up to now has been told, to whoever asks for it. */
export const currentEvent = 'events.current';
const past: Readonly<Record<string, string>> = { put: 'stored', set: 'set', tag: 'tagged', apply: 'applied' };

/** The name under which a record is announced: `context.stored` for context.put. */
export function eventName(type: string, op: string): string {
  return named[`${type}.${op}`] ?? `${type}.${past[op] ?? pastOf(op)}`;
}

function pastOf(verb: string): string {
  return verb.endsWith('e') ? `${verb}d` : `${verb}ed`;
}

/** Whether an event is asked for: `types` as `context.*,session.messaged`; undefined means all. */
export function typeFilter(types: string | undefined): (event: string) => boolean {
  if (types === undefined || types === '' || types === '*') return () => true;
  const wanted = types.split(',').map((type) => type.trim());
  return (event) => wanted.some((type) => (type.endsWith('*') ? event.startsWith(type.slice(0, -1)) : type === event));
}
