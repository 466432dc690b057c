/** TLS to one server, to Sentinels and their master, to a Cluster: certificates are checked unless told otherwise. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisBackend, type RedisOptions } from '@forebay/redis'
import { take } from './asking.ts'
import { listenTo, standing } from './bus-listener.ts'
import { makeCertificate, makeNamedCertificate, type Certificate } from './certificate.ts'
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { ownPrefix } from './shared-backends.ts'
import { startTlsFront, type TlsFront } from './tls-front.ts'
import { until } from './until.ts'

const server = makeCertificate()
const client = makeCertificate('client')
const ca = server.cert

let node: RedisNode
let front: TlsFront

beforeAll(async () => {
  node = await startRedisNode()
  front = await startTlsFront(() => node.port, server)
})

afterAll(async () => {
  await front.stop()
  await node.stop()
})

async function healthOf(options: RedisOptions): Promise<string> {
  await using backend = redisBackend({ prefix: ownPrefix(), timeout: '5s', ...options })
  return (await backend.health()).detail
}

describe('one server', () => {
  it('is reached by rediss:// with the authority that vouches for it', async () => {
    const before = front.secured()
    const options = { tls: { ca }, prefix: ownPrefix(), timeout: '5s' } as const
    await using backend = redisBackend(`rediss://localhost:${front.port}`, options)
    expect(await take(backend, 'a')).toBe(99)
    expect(await backend.health()).toMatchObject({ ok: true })
    expect(front.secured()).toBe(before + 1)
  })

  it.each(['localhost', '127.0.0.1'])('is reached by its name %s', async (host) => {
    expect(await healthOf({ url: `redis://${host}:${front.port}`, tls: { ca } })).toBe('Redis answers')
  })

  it('is not believed without one, and says so', async () => {
    expect(await healthOf({ url: `rediss://localhost:${front.port}` })).toContain('self-signed certificate')
    expect(await healthOf({ url: `redis://localhost:${front.port}`, tls: true })).toContain('self-signed')
  })

  it('is not believed under another name', async () => {
    const tls = { ca, servername: 'elsewhere.example' }
    expect(await healthOf({ url: `rediss://127.0.0.1:${front.port}`, tls })).toMatch(
      /altnames|does not match/,
    )
  })

  it('is believed whoever it is where that was asked for', async () => {
    const tls = { rejectUnauthorized: false }
    expect(await healthOf({ url: `rediss://127.0.0.1:${front.port}`, tls })).toBe('Redis answers')
  })

  it('that does not speak TLS is no reason to crash', async () => {
    expect(await healthOf({ url: `rediss://127.0.0.1:${node.port}` })).toContain('Redis is not available: ')
  })

  it('is told the certificate of the client', async () => {
    const demanding = { ...server, ca: client.cert, requestCert: true, rejectUnauthorized: true }
    await using strict = await startTlsFront(() => node.port, demanding)
    const url = `rediss://localhost:${strict.port}`
    expect(await healthOf({ url, tls: { ca, ...client } })).toBe('Redis answers')
    expect(await healthOf({ url, tls: { ca } })).toContain('Redis is not available: ')
  })

  it('with a certificate that is none: said, and the process lives', async () => {
    const url = `rediss://localhost:${front.port}`
    expect(await healthOf({ url, tls: { ca, key: 'nonsense', cert: 'nonsense' } })).toMatch(
      /PEM|key|routines/,
    )
  })
})

it('reaches Sentinels and their master', async () => {
  await using masterFront = await startTlsFront(() => node.port, server)
  const config = `sentinel monitor mymaster 127.0.0.1 ${masterFront.port} 1\n`
  await using sentinel = await startRedisNode({ config, args: ['--sentinel'] })
  await using sentinelFront = await startTlsFront(() => sentinel.port, server)
  const where = { sentinels: [`localhost:${sentinelFront.port}`], name: 'mymaster' }
  await using backend = redisBackend({ ...where, tls: { ca }, prefix: ownPrefix(), timeout: '5s' })
  await until('the master by way of the Sentinel', async () => (await backend.health()).ok)
  expect(await take(backend, 'sentinel')).toBe(99)
  expect([masterFront.secured(), sentinelFront.secured() > 0]).toEqual([1, true])
  expect(await healthOf({ ...where, tls: true })).toContain('self-signed certificate')
})

/** A Cluster of one node behind TLS, whose slots lead to the front. */
async function startTlsCluster(certificate: Certificate, announced: readonly string[]) {
  let port = 0
  const clusterFront = await startTlsFront(() => port, certificate)
  const itself = ['--cluster-announce-port', `${clusterFront.port}`, '--cluster-announce-ip', '127.0.0.1']
  const one = await startRedisNode({
    args: ['--save', '', '--cluster-enabled', 'yes', ...itself, ...announced],
  })
  ;({ port } = one)
  await one.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  await until('the cluster', async () => String(await one.command('CLUSTER', 'INFO')).includes('state:ok'))
  return {
    port: clusterFront.port,
    secured: clusterFront.secured,
    async [Symbol.asyncDispose]() {
      await clusterFront.stop()
      await one.stop()
    },
  }
}

it('reaches every node of a Cluster', async () => {
  await using cluster = await startTlsCluster(server, [])
  const where = { cluster: [`127.0.0.1:${cluster.port}`] }
  await using backend = redisBackend({ ...where, tls: { ca }, prefix: ownPrefix(), timeout: '5s' })
  await until('the node', async () => (await backend.health()).ok)
  expect(await take(backend, 'cluster')).toBe(99)
  expect(cluster.secured()).toBeGreaterThan(0)
  expect(await healthOf({ ...where, tls: true })).toContain('self-signed certificate')
})

it('reaches a Cluster by its name, where that is all that the certificates are for', async () => {
  const named = makeNamedCertificate()
  const byName = ['--cluster-announce-hostname', 'localhost', '--cluster-preferred-endpoint-type', 'hostname']
  await using cluster = await startTlsCluster(named, byName)
  const where = { cluster: [`localhost:${cluster.port}`], tls: { ca: named.cert } }
  await using backend = redisBackend({ ...where, prefix: ownPrefix(), timeout: '5s' })
  await until('the node', async () => (await backend.health()).ok)
  expect(await take(backend, 'by name')).toBe(99)
  listenTo(backend.bus, 'by name')
  await standing(backend.bus, 'by name')
  const byAddress = { cluster: [`127.0.0.1:${cluster.port}`] }
  expect(await healthOf({ ...byAddress, tls: { ca: named.cert } })).toMatch(/altnames|does not match/)
  const tls = { ca: named.cert, servername: 'localhost' }
  expect(await healthOf({ ...byAddress, tls })).toBe('Redis answers')
})
