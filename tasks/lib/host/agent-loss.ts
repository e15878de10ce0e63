/** How often it is looked whether the process has another parent. A task that prints finds out sooner. */
const between = 1_000;

/**
 * Calls `lost` when the program that started this one has ended without a signal: its end of standard output is
 * closed, or this process has got another parent, which Windows does not tell. May be called several times.
 */
export function onAgentLoss(lost: () => void): void {
  process.stdout.on('error', lost);
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    lost();
  }, between);
  watch.unref();
}
