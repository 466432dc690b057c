/** A way to a server that can break at the worst moment: after a command ran, before its answer arrives. */
import { startFront } from './front.ts'

export interface CuttingFront {
  readonly port: number
  /** The connection whose answer comes next loses it, and breaks. */
  cutNextAnswer(): void
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export async function startCuttingFront(to: number): Promise<CuttingFront> {
  let isCutting = false
  const { port, stop } = await startFront(
    () => to,
    (client, server) => {
      client.on('data', (chunk) => server.write(chunk))
      server.on('data', (chunk) => {
        if (isCutting) client.destroy()
        else client.write(chunk)
        isCutting = false
      })
    },
  )
  return {
    port,
    cutNextAnswer: () => {
      isCutting = true
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
