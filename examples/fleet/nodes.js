/** Starts a process of the shop, asks it, and counts the runs of its handlers. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('node.js', import.meta.url))

export async function startNode(redisUrl, databaseUrl) {
  const child = fork(program, [redisUrl, databaseUrl])
  let runs = 0
  child.on('message', ({ run }) => {
    if (run !== undefined) runs++
  })
  const failed = once(child, 'exit').then(() =>
    Promise.reject(new Error('a process has ended before it listened')),
  )
  const [{ port }] = await Promise.race([once(child, 'message'), failed])
  const ask = async (path, options) => (await fetch(`http://127.0.0.1:${port}${path}`, options)).json()
  return {
    runs: () => runs,
    get: (path) => ask(path),
    put: (path, value) =>
      ask(path, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(value),
      }),
    async stop() {
      const gone = once(child, 'exit')
      child.disconnect()
      await gone
    },
  }
}
