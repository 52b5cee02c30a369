import { spawn } from 'node:child_process';

/** Asks the desktop to show a page. False where there is no desktop to ask. */
export function openInBrowser(page: string, env: Readonly<Record<string, string | undefined>>): boolean {
  const mac = process.platform === 'darwin';
  if (!mac && !env.DISPLAY && !env.WAYLAND_DISPLAY) return false;
  const child = spawn(mac ? 'open' : 'xdg-open', [page], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined); // its address has been printed: it can be opened by hand
  child.unref();
  return true;
}
