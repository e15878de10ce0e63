/**
 * Lets Node ask the system for so many names at once; to be called before anything else. It has four threads for
 * that by default, and a name whose server is dead holds one for ten seconds and more, so that a few such names make
 * all others look dead. https://nodejs.org/docs/latest-v20.x/api/cli.html#uv_threadpool_sizesize
 */
export function widenThreadPool(threads: number): void {
  process.env['UV_THREADPOOL_SIZE'] ??= String(threads);
}
