/** The program of one process of a fleet: told what to do, and tells what happened, over the channel to its parent. */
export const fleetProgram = `
  import { Agent, get } from 'node:http'
  import { once } from 'node:events'
  import { setTimeout as wait } from 'node:timers/promises'
  const { redisBackend } = await import('@forebay/redis')
  const { diskBackend } = await import('@forebay/disk')
  const { memoryBackend, tieredBackend } = await import('@forebay/core')
  const [, url, handlerMs, lease, isTiered, adapter] = process.argv
  // Other tests may keep this machine busy, and this is not about that: FOREBAY_FLEET_TIMEOUT says otherwise.
  const patience = { timeout: process.env.FOREBAY_FLEET_TIMEOUT ?? '4s' }
  const far = url.startsWith('redis:') ? redisBackend(url, patience) : diskBackend({ path: url })
  const backend = isTiered === 'true' ? tieredBackend({ near: memoryBackend(), far }) : far
  const skip = (request) => request.url.startsWith('/bare')
  const options = { ttl: '1m', lease, backend, skip, ...patience }
  await backend.health()

  // What the framework, Node and this machine need without a cache.
  const bare = new Map()
  const madeOnce = (path) => {
    if (!bare.has(path)) bare.set(path, wait(Number(handlerMs)))
    return bare.get(path)
  }
  async function answer(path) {
    if (path.startsWith('/bare')) await madeOnce(path)
    else {
      process.send({ type: 'run', path })
      // Long enough for a busy machine to notice the run before it is over.
      await wait(Number(handlerMs) + (path.startsWith('/long') ? 1_000 : 0))
    }
    return { madeBy: process.pid }
  }

  async function onExpress() {
    const { default: express } = await import('express')
    const { responseCache } = await import('@forebay/express')
    const pages = responseCache(options)
    const app = express()
    app.use(pages)
    app.get('/{*path}', async (request, response) => response.json(await answer(request.path)))
    const server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return { cache: pages.cache, server }
  }

  async function onFastify() {
    const { default: fastify } = await import('fastify')
    const { responseCache } = await import('@forebay/fastify')
    const app = fastify()
    await app.register(responseCache, options)
    app.get('/*', async (request) => answer(request.url))
    await app.listen({ port: 0, host: '127.0.0.1' })
    return { cache: app.responseCache, server: app.server }
  }

  const { cache, server } = await (adapter === 'fastify' ? onFastify() : onExpress())
  const { port } = server.address()
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity })

  // From the moment a request is seen to the one at which its response has been handed to the system.
  let served = []
  server.prependListener('request', (request, response) => {
    const seenAt = performance.now()
    response.on('finish', () => served.push(performance.now() - seenAt))
  })

  function askOnce(path) {
    return new Promise((resolve) => {
      get({ host: '127.0.0.1', port, path, agent, headers: { host: 'fleet.example' } }, (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (text) => (body += text))
        response.on('error', () => resolve({ status: 0, body }))
        response.on('end', () => resolve({ status: response.statusCode, body }))
      }).on('error', () => resolve({ status: 0, body: '' }))
    })
  }

  const tasks = {
    async ask({ path, times, at }) {
      await wait(at - Date.now())
      const answers = await Promise.all(Array.from({ length: times }, () => askOnce(path)))
      return {
        failures: answers.filter(({ status }) => status !== 200).length,
        bodies: [...new Set(answers.map(({ body }) => body))],
      }
    },
    async served() {
      const times = served
      served = []
      const { user, system } = process.cpuUsage()
      return { times, cpuMs: (user + system) / 1_000 }
    },
    async purge({ path }) {
      await cache.invalidateUrl('http://fleet.example' + path)
    },
    async stop() {
      process.disconnect()
      server.close()
      server.closeAllConnections()
      agent.destroy()
      await cache.close()
      await backend.close()
    },
  }
  process.on('message', async (task) => {
    const done = await tasks[task.type](task)
    if (process.connected) process.send({ ...done, type: 'done', id: task.id })
  })
  process.send({ type: 'listening', port })
`
