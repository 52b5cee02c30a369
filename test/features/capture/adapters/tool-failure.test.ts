import { describe, expect, it } from 'vitest';
import { errorLine, statedExitCode } from '../../../../src/features/capture/adapters/tool-failure.ts';

describe('the line that says what went wrong', () => {
  it.each([
    [
      'Exit code 1\n\n> app@1.0.0 test\nFAIL src/a.test.ts\nAssertionError: expected 1 to be 2',
      'AssertionError: expected 1 to be 2',
    ],
    ['Exit code 2\n[lint] $ lint ./...\nsrc/a.go:12:3: missing return', 'src/a.go:12:3: missing return'],
    ['Exit code 128\nfatal: not a git repository', 'fatal: not a git repository'],
    ['<tool_use_error>File does not exist.</tool_use_error>', 'File does not exist.'],
    [
      'Wall time: 0.1 seconds\nProcess exited with code 127\nOutput:\nzsh:1: command not found: yq',
      'zsh:1: command not found: yq',
    ],
    ['Exit code 1\n\u001b[31mTypeError: x is not a function\u001b[0m\n  at y', 'TypeError: x is not a function'],
    ['just words', 'just words'],
    ['Exit code 1', ''],
    ['', ''],
  ])('finds in %j the line %j', (output, line) => {
    expect(errorLine(output)).toBe(line);
  });

  it('is at most 200 characters long', () => {
    expect(errorLine(`Error: ${'x'.repeat(500)}`)).toHaveLength(200);
  });
});

describe('the exit status an output states', () => {
  it.each([
    ['Exit code 2\nboom', 2],
    ['Exit code: 0\nExit code: 1', 0],
    ['Chunk ID: 1\nProcess exited with code -1', -1],
    ['the job exited with code 1', undefined],
    [`${'x\n'.repeat(300)}Exit code: 1`, undefined],
  ])('reads of %j %s', (output, code) => {
    expect(statedExitCode(output)).toBe(code);
  });
});
