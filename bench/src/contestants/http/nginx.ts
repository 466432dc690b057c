/** nginx with `proxy_cache` in front of the bare server. Its own time and the server's count together. */
import { startNginx } from '../../nginx.ts'
import type { HttpContestant, Serving } from '../../scenario.ts'

export function nginxBefore(bare: HttpContestant): HttpContestant {
  return {
    name: 'nginx proxy_cache',
    framework: bare.framework,
    role: 'peer',
    // Its lifetimes are whole seconds: a response that is stale at once is not stored.
    scenarios: ['hit-1k', 'hit-20k', 'hit-200k', 'stream-20k', 'not-modified', 'cold-1k'],
    serve: async (scenario, handler) => await inFrontOf(await bare.serve(scenario, handler)),
  }
}

/** Ends the server with it, also when it cannot start. */
export async function inFrontOf(upstream: Serving): Promise<Serving> {
  try {
    const nginx = await startNginx(upstream.port)
    return {
      port: nginx.port,
      cpuElsewhere: nginx.cpuMicroseconds,
      async close() {
        await nginx.stop()
        await upstream.close()
      },
    }
  } catch (error) {
    await upstream.close()
    throw error
  }
}
