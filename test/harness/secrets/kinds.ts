// What the corpus invents, kind by kind: the shapes their makers document.

export interface SecretKind {
  readonly kind: string;
  /** Names such a value is assigned to, in snake case. */
  readonly names: readonly string[];
  /** `fill` templates; what stands between « and » must be gone afterwards (all of it when there is no mark). */
  readonly templates: readonly string[];
  /** Only its name tells what it is: it never stands alone. */
  readonly needsName?: true;
  /** Spans lines: a URL cannot carry it. */
  readonly multiLine?: true;
  /** A whole file or statement rather than a value. */
  readonly whole?: true;
}

const body = (lines: number, width = 64): string =>
  Array.from({ length: lines }, () => `«{{b64:${width}}}»`).join('\n');
const armour = (label: string, lines: number, width = 64): string =>
  `-----BEGIN ${label}{{is:PRIVATE}} KEY-----\n${body(lines, width)}\n-----END ${label}{{is:PRIVATE}} KEY-----`;

export const secretKinds: readonly SecretKind[] = [
  { kind: 'aws-access-key-id', names: ['aws_access_key_id'], templates: ['AKIA{{base32:16}}', 'ASIA{{base32:16}}'] },
  {
    kind: 'aws-secret-key',
    names: ['aws_secret_access_key', 'secret_access_key'],
    templates: ['{{b64:40}}'],
    needsName: true,
  },
  {
    kind: 'gcp-service-account',
    names: ['google_credentials'],
    templates: [
      `{"type":"service_account","project_id":"p-{{digits:4}}","private_key_id":"{{hex:40}}","private_key":"-----BEGIN {{is:PRIVATE}} KEY-----\\n«{{b64:64}}»\\n«{{b64:64}}»\\n«{{b64:40}}»\\n-----END {{is:PRIVATE}} KEY-----\\n","client_email":"a@p.iam.gserviceaccount.com"}`,
    ],
    multiLine: true,
    whole: true,
  },
  {
    kind: 'aws-session-token',
    names: ['aws_session_token', 'session_token', 'security_token'],
    templates: ['{{b64:300}}==', '{{b64:420}}'],
    needsName: true,
  },
  { kind: 'google-api-key', names: ['google_api_key', 'maps_key'], templates: ['AIza{{b64url:35}}'] },
  { kind: 'azure-storage', names: ['azure_storage_key', 'account_key'], templates: ['{{b64:86}}=='], needsName: true },
  { kind: 'azure-client-secret', names: ['azure_client_secret'], templates: ['{{alnum:3}}8Q~{{b64url:33}}x'] },
  { kind: 'github-classic', names: ['github_token', 'gh_token'], templates: ['ghp_{{alnum:36}}', 'gho_{{alnum:36}}'] },
  { kind: 'github-fine-grained', names: ['github_token'], templates: ['github_pat_{{alnum:22}}_{{alnum:59}}'] },
  { kind: 'github-app', names: ['github_app_token'], templates: ['ghs_{{alnum:36}}', 'ghu_{{alnum:36}}'] },
  {
    kind: 'gitlab',
    names: ['gitlab_token', 'ci_token'],
    templates: ['glpat-{{alnum:20}}', 'glrt-{{alnum:20}}', 'glpat-{{alnum:27}}.01.{{lower:9}}'],
  },
  {
    kind: 'bitbucket',
    names: ['bitbucket_app_password'],
    templates: ['ATBB{{alnum:32}}', 'ATCTT3xFfG{{b64url:170}}={{hex:8}}'],
  },
  {
    kind: 'slack-token',
    names: ['slack_bot_token'],
    templates: [
      'xoxb-{{digits:12}}-{{digits:13}}-{{alnum:24}}',
      'xoxp-{{digits:12}}-{{digits:12}}-{{digits:13}}-{{hex:32}}',
    ],
  },
  {
    kind: 'slack-webhook',
    names: ['slack_webhook_url'],
    templates: ['https://hooks.slack.com/services/T{{upper:9}}/B{{upper:9}}/«{{alnum:24}}»'],
  },
  {
    kind: 'discord-token',
    names: ['discord_token'],
    templates: ['MTIz{{discord:20}}.{{b64url:6}}.{{b64url:38}}', 'OTky{{discord:20}}.{{b64url:6}}.{{b64url:27}}'],
  },
  {
    kind: 'discord-webhook',
    names: ['discord_webhook'],
    templates: ['https://discord.com/api/webhooks/{{digits:18}}/«{{b64url:68}}»'],
  },
  { kind: 'telegram', names: ['telegram_bot_token'], templates: ['1{{digits:9}}:«AA{{b64url:33}}»'] },
  {
    kind: 'stripe-live-key',
    names: ['stripe_secret_key', 'stripe_api_key'],
    templates: ['sk_live_{{alnum:24}}', 'sk_live_{{alnum:99}}', 'rk_live_{{alnum:24}}'],
  },
  { kind: 'stripe-webhook', names: ['stripe_webhook_secret'], templates: ['whsec_{{alnum:32}}'] },
  {
    kind: 'openai',
    names: ['openai_api_key'],
    templates: ['sk-{{alnum:20}}T3BlbkFJ{{alnum:20}}', 'sk-proj-{{b64url:74}}T3BlbkFJ{{b64url:74}}'],
  },
  { kind: 'anthropic', names: ['anthropic_api_key'], templates: ['sk-ant-api03-{{b64url:93}}AA'] },
  { kind: 'huggingface', names: ['hf_token'], templates: ['hf_{{alnum:34}}'] },
  { kind: 'npm', names: ['npm_token'], templates: ['npm_{{alnum:36}}'] },
  { kind: 'pypi', names: ['pypi_token', 'twine_password'], templates: ['pypi-AgEIcHlwaS5vcmc{{b64url:130}}'] },
  { kind: 'docker-hub', names: ['docker_password'], templates: ['dckr_pat_{{b64url:27}}'] },
  { kind: 'digitalocean', names: ['digitalocean_token'], templates: ['dop_v1_{{hex:64}}'] },
  { kind: 'heroku', names: ['heroku_api_key'], templates: ['{{uuid}}', 'HRKU-{{alnum:60}}'], needsName: true },
  { kind: 'sendgrid', names: ['sendgrid_api_key'], templates: ['SG.{{b64url:22}}.{{b64url:43}}'] },
  {
    kind: 'mailgun',
    names: ['mailgun_api_key'],
    templates: ['key-{{hex:32}}', '{{hex:32}}-{{hex:8}}-{{hex:8}}'],
    needsName: true,
  },
  {
    kind: 'twilio',
    names: ['twilio_auth_token', 'twilio_api_key'],
    templates: ['{{hex:32}}', 'SK{{hex:32}}'],
    needsName: true,
  },
  {
    kind: 'cloudflare',
    names: ['cloudflare_api_token', 'cf_api_token'],
    templates: ['{{b64url:40}}'],
    needsName: true,
  },
  { kind: 'databricks', names: ['databricks_token'], templates: ['dapi{{hex:32}}', 'dapi{{hex:32}}-2'] },
  {
    kind: 'datadog',
    names: ['datadog_api_key', 'dd_api_key', 'dd_app_key'],
    templates: ['{{hex:32}}'],
    needsName: true,
  },
  { kind: 'sentry', names: ['sentry_auth_token'], templates: ['sntryu_{{hex:64}}', 'sntrys_eyJ{{b64url:130}}'] },
  { kind: 'vault', names: ['vault_token'], templates: ['hvs.{{b64url:90}}', 'hvs.{{alnum:24}}'] },
  { kind: 'terraform-cloud', names: ['tf_token', 'tfe_token'], templates: ['{{alnum:14}}.atlasv1.{{b64url:67}}'] },
  { kind: 'jwt', names: ['id_token', 'session'], templates: ['eyJhbGciOiJIUzI1NiJ9.eyJ{{b64url:80}}.{{b64url:43}}'] },
  {
    kind: 'bearer',
    names: ['authorization'],
    templates: ['Bearer «{{alnum:40}}»', 'Bearer «{{b64url:32}}»', 'Bearer «{{hex:48}}»'],
  },
  {
    kind: 'basic-auth-url',
    names: ['registry_url', 'proxy'],
    templates: ['https://deploy:«{{alnum:16}}»@git.example.com/a/b.git', 'http://me:«{{hex:20}}»@proxy.internal:3128'],
  },
  {
    kind: 'database-url',
    names: ['database_url'],
    templates: [
      'postgres://app:«{{alnum:16}}»@db.internal:5432/app',
      'mongodb+srv://root:«{{alnum:20}}»@c0.abcd.mongodb.net/x',
      'redis://:«{{alnum:24}}»@cache:6379/0',
      'mysql://u:«{{printable:12}}»@10.0.0.4/shop',
    ],
  },
  {
    kind: 'pem-key',
    names: ['tls_key', 'private_key_pem'],
    templates: [armour('RSA ', 6), armour('', 4), armour('EC ', 3)],
    multiLine: true,
  },
  { kind: 'openssh-key', names: ['deploy_key', 'ssh_key'], templates: [armour('OPENSSH ', 6, 70)], multiLine: true },
  {
    kind: 'pgp-block',
    names: ['signing_key'],
    templates: [
      `-----BEGIN PGP {{is:PRIVATE}} KEY BLOCK-----\n\n${body(6)}\n=AbCd\n-----END PGP {{is:PRIVATE}} KEY BLOCK-----`,
    ],
    multiLine: true,
  },
  { kind: 'age-key', names: ['sops_age_key'], templates: ['AGE-SECRET-KEY-1{{base32:58}}'] },
  {
    kind: 'netrc',
    names: ['netrc'],
    templates: [
      'machine api.example.com login me password «{{alnum:20}}»',
      'machine h.example.org\n  login bot\n  password «{{hex:40}}»',
    ],
    multiLine: true,
    whole: true,
  },
  {
    kind: 'kubeconfig-key',
    names: ['client-key-data'],
    templates: ['LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQ{{b64:400}}=='],
  },
  {
    kind: 'encoded-token',
    names: ['token', 'data'],
    templates: ['Z2hwX{{b64:48}}=', 'c2stYW50L{{b64:120}}==', 'Z2xwYXQt{{b64:24}}'],
  },
  {
    kind: 'cookie',
    names: ['headers'],
    templates: [
      'Cookie: sessionid=«{{alnum:32}}»; theme=dark',
      'Set-Cookie: sid=«{{b64url:40}}»; Path=/; HttpOnly',
      'cookie: theme=dark; connect.sid=«{{b64url:48}}»',
    ],
    whole: true,
  },
  {
    kind: 'password-argument',
    names: ['command'],
    templates: [
      'curl -u deploy:«{{alnum:18}}» https://api.example.com/v1',
      'sshpass -p «{{alnum:14}}» ssh me@host.example.com',
      'docker login -u me -p «{{alnum:20}}» registry.example.com',
      'mysqldump -u root -p«{{alnum:16}}» shop',
    ],
    whole: true,
  },
  {
    kind: 'assignment',
    names: ['db_password', 'client_secret', 'api_key', 'session_secret', 'admin_password', 'refresh_token'],
    templates: ['{{alnum:24}}', '{{printable:24}}', '{{hex:40}}', '{{b64url:32}}', '{{letters:32}}'],
    needsName: true,
  },
];
