import { spawn } from 'node:child_process';

export interface Notice {
  readonly title: string;
  readonly text: string;
}

const powershell = `
[Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime] | Out-Null
$toast = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent(1)
$words = $toast.GetElementsByTagName('text')
$words.Item(0).AppendChild($toast.CreateTextNode($env:PRSIST_NOTICE_TITLE)) | Out-Null
$words.Item(1).AppendChild($toast.CreateTextNode($env:PRSIST_NOTICE_TEXT)) | Out-Null
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier('prsist').Show($toast)`;

/** The program of this system that shows a notice, with its arguments; undefined where there is no desktop. */
export function noticeProgram(
  { title, text }: Notice,
  env: Readonly<Record<string, string | undefined>>,
  system: string = process.platform,
): { readonly program: string; readonly args: readonly string[] } | undefined {
  if (system === 'darwin') {
    const script = ['on run argv', 'display notification (item 2 of argv) with title (item 1 of argv)', 'end run'];
    return { program: 'osascript', args: [...script.flatMap((line) => ['-e', line]), title, text] };
  }
  // the words go by variables: they stand in no script
  if (system === 'win32' || env.WSL_DISTRO_NAME) {
    return { program: 'powershell.exe', args: ['-NoProfile', '-NonInteractive', '-Command', powershell] };
  }
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return undefined;
  return { program: 'notify-send', args: ['--app-name=prsist', '--', title, text] };
}

/** Shows a notice on the desktop, where there is one and a program that does it. Waits for nothing. */
export function showNotice(notice: Notice, env: Readonly<Record<string, string | undefined>>): void {
  const found = noticeProgram(notice, env);
  if (!found) return;
  const passed = ['PRSIST_NOTICE_TITLE', 'PRSIST_NOTICE_TEXT'];
  const words = {
    PRSIST_NOTICE_TITLE: notice.title,
    PRSIST_NOTICE_TEXT: notice.text,
    WSLENV: [env.WSLENV, ...passed].filter(Boolean).join(':'),
  };
  const child = spawn(found.program, [...found.args], { stdio: 'ignore', detached: true, env: { ...env, ...words } });
  child.on('error', () => undefined); // it is not installed: the alert stands in status
  child.unref();
}
