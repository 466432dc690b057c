/** The same items in another order for every seed, and in the same one for the same seed. */
export function shuffled<Item>(items: readonly Item[], seed: number): readonly Item[] {
  let state = seed + 1
  // A linear congruential generator: the numbers of Numerical Recipes.
  const below = (bound: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * bound)
  }
  const left = [...items]
  const order: Item[] = []
  while (left.length > 0) order.push(...left.splice(below(left.length), 1))
  return order
}
