// Lines that hold no secret though they look busy: what agents really print.

import { fill, random } from './random.ts';

const shapes: readonly string[] = [
  'commit {{hex:40}}',
  '{{hex:7}} fix: rotate the password reset token after use',
  'Merge: {{hex:9}} {{hex:9}}',
  '"sessionId":"{{uuid}}","uuid":"{{uuid}}","parentUuid":"{{uuid}}"',
  '      "integrity": "sha512-{{b64:86}}==",',
  '      "resolved": "https://registry.npmjs.org/jsonwebtoken/-/jsonwebtoken-9.0.2.tgz",',
  'github.com/pkg/errors v0.9.1 h1:{{b64:43}}=',
  'name = "secrecy"\nchecksum = "{{hex:64}}"',
  '<img src="data:image/png;base64,iVBORw0KGgo{{b64:300}}">',
  'background:url(data:font/woff2;base64,{{b64:400}})',
  '!function(e,t){var n=e.token||t.secret;n&&(e.password=n.key1),r.auth=o.key2}({{lower:1}},{{digits:3}});',
  'const e=t(4{{digits:3}}),a={apiKey:n.apiKey,token:n.token2,secret:i};function s(e){return e.password?1:0}',
  'sha256:{{hex:64}} ghcr.io/x/y@sha256:{{hex:64}}',
  'assert digest("abc") == "{{hex:64}}"',
  'vector: key={{hex:0}}00112233445566778899aabbccddeeff out=ok',
  'API_KEY=YOUR_API_KEY',
  'OPENAI_API_KEY=sk-your-key-here',
  'export GITHUB_TOKEN=${TOKEN}',
  'password: ${{ secrets.DB_PASSWORD_1 }}',
  'DB_PASSWORD=$(op read op://vault/db2/password)',
  'Authorization: Bearer <token>',
  'headers: { Authorization: `Bearer ${token}` },',
  'The password must have 12 characters, a digit and a symbol; the token expires after 3600 seconds.',
  'Never commit secrets: use a secret manager and rotate each api key every 90 days.',
  'password: string;\n  passwordConfirmation?: string | null;',
  'if (password !== passwordConfirm2) throw new Error("passwords differ");',
  'const token = await getToken2(request, { secret: process.env.AUTH_SECRET_2 });',
  '"usage":{"input_tokens":3,"cache_creation_input_tokens":{{digits:5}},"output_tokens":{{digits:3}}}',
  '"tool_use_id":"toolu_01{{alnum:22}}","type":"tool_result"',
  '"id":"msg_01{{alnum:22}}","requestId":"req_011{{alnum:21}}"',
  '"call_id":"call_{{alnum:24}}"',
  '"signature":"{{b64:344}}"',
  '"encrypted_content":"gAAAAAB{{b64url:400}}"',
  'secretName: my-app-tls-2\n  secretKeyRef:\n    key: password-v2',
  'aws_access_key_id = AKIAIOSFODNN7EXAMPLE',
  'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  'postgres://user:password@localhost:5432/app',
  'git@github.com:owner/repo.git https://github.com/owner/repo/pull/{{digits:4}}',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{{b64:43}} me@host',
  '-----BEGIN CERTIFICATE-----\nMII{{b64:61}}\n-----END CERTIFICATE-----',
  'next_page_token: null, pageToken: undefined, tokenizer: "cl100k_base"',
  'cache-key: node-modules-linux-x64-v{{digits:2}}-{{hex:16}}',
  'primaryKey: "users_pkey_{{digits:4}}", foreignKey: "fk_user_{{digits:2}}"',
  'ETag: W/"{{hex:32}}"',
  '<script nonce="{{b64:22}}==" src="/assets/index-{{alnum:8}}.js"></script>',
  '/tmp/build-{{alnum:10}}/node_modules/.cache/{{hex:40}}.json',
  'import { hf_hub_download } from "./hub2.ts"; npm_config_registry=https://registry.npmjs.org/',
  'task-{{digits:12}} risk-assessment-{{lower:20}} disk-usage-{{digits:20}}',
  'PASS src/auth/password.test.ts (12 tests) {{digits:3}}ms',
  '--token <TOKEN>   access token (env: MY_TOKEN_2)',
  'x-api-key: your-api-key-123456',
  '{"type":"string","format":"password","minLength":12,"description":"secret value"}',
];

/** `count` lines or short passages, every shape in turn. */
export function negatives(seed: number, count: number): readonly string[] {
  const source = random(seed);
  return Array.from({ length: count }, (_, index) => fill(shapes[index % shapes.length] ?? '', source));
}
