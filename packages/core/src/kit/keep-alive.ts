/** Keeps the process alive while something must be waited for, though no timer of ours does. */

/** Returns its own undo; calling that again does nothing. */
export function keepAlive(): () => void {
  const { port1, port2 } = new MessageChannel()
  // A port that somebody listens to is waited for.
  port1.addEventListener('message', ignore)
  port1.ref()
  return () => {
    port1.close()
    port2.close()
  }
}

function ignore(): void {}
