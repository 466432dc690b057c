/** Four processes of one shop on one Redis: a stampede on a slow page, and a purge that is seen everywhere. Ends by itself. */
import { openDatabase } from './database.js'
import { startNode } from './nodes.js'
import { howToGetRedis, startRedis } from './redis.js'

const redis = await startRedis()
if (redis === undefined) console.log(howToGetRedis)
else {
  const database = await openDatabase()
  const nodes = await Promise.all(Array.from({ length: 4 }, () => startNode(redis.url, database.url)))
  try {
    await stampede(nodes)
    await purge(nodes)
  } finally {
    await Promise.all(nodes.map((node) => node.stop()))
    database.close()
    redis.stop()
  }
}

/** 50 requests at once on every process, for a report that nobody has asked for before and that takes 400 ms. */
async function stampede(nodes) {
  const answers = nodes.map((node) => Promise.all(Array.from({ length: 50 }, () => node.get('/report'))))
  const reports = new Set((await Promise.all(answers)).flat().map(({ made }) => made))
  console.log(`Stampede: 200 requests, ${reports.size} report made`)
  for (const [index, node] of nodes.entries()) console.log(`  node ${index + 1}: ${node.runs()} handler runs`)
}

/** Every process has the product near. The price changes on one, and all others have to forget it. */
async function purge(nodes) {
  const prices = async () =>
    (await Promise.all(nodes.map((node) => node.get('/products/42')))).map(({ price }) => price)
  console.log(`Purge: prices before ${(await prices()).join(', ')}`)
  await nodes[0].put('/products/42', { price: 35 })
  const changedAt = performance.now()
  let seen = await prices()
  while (seen.some((price) => price !== 35)) seen = await prices()
  const ms = Math.ceil(performance.now() - changedAt)
  console.log(`  prices after ${seen.join(', ')}: everywhere ${ms} ms after the answer to the change`)
}
