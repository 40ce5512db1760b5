// The numbers of every tensor: made from their index, replaced by the edited ones, computed when they are asked for.

const INPUTS = {
  digits: (s, at) => made('input', 0, 10, at),
  ramp: (s, at) => at.slice(-s.axes).reduce((sum, entry) => sum + entry, 0),
  edge: (s, at) => at.at(-1) * 2 < s.size.at(-1) ? 0 : 9,
  random: (s, at) => made('random ' + s.seed, -9, 19, at),
  ones: () => 1,
  own: (s, at) => s.own.x[ravelled(at.slice(-s.axes - 1), [s.in, ...s.size])],
}
const binomial = (n, j) => range(j).reduce((b, i) => b * (n - i) / (i + 1), 1)
const middle = kernel => kernel.map(k => (k - 1) >> 1)
const KERNELS = {
  digits: (node, at) => made('weight', -2, 5, at),
  identity: (node, at) => at[1] === at[0] % weightShape(node)[1] && at.slice(2).every((j, a) => j === middle(node.kernel)[a]) ? 1 : 0,
  blur: node => 1 / prod(node.kernel),
  sobel: (node, at) => prod(at.slice(2).map((j, a) => a < node.kernel.length - 1
    ? binomial(node.kernel[a] - 1, j) : Math.sign(2 * j - node.kernel[a] + 1))),
  sharpen: (node, at) => {
    const far = at.slice(2).reduce((sum, j, a) => sum + Math.abs(j - middle(node.kernel)[a]), 0)
    return far === 0 ? 2 * node.kernel.length + 1 : far === 1 ? -1 : 0
  },
  ones: () => 1,
  own: (node, at, s, stage) => (s.own['w' + stage] ?? [])[ravelled(at, weightShape(node))] ?? KERNELS.digits(node, at),
}

// Reads values of a layer s with its nodes. Keys of edited numbers: x.c.i.j, w<stage>.o.c.i.j, b<stage>.o
function numbers(s, nodes) {
  const known = new Map(), edited = Object.keys(s.edits).length > 0
  const own = key => edited ? s.edits[key.join('.')] : undefined
  const x = (c, at) => own(['x', c, ...at]) ?? INPUTS[s.values](s, [...(s.batch ? [0] : []), c, ...at])
  const bias = (stage, o) => nodes[stage].bias ? own(['b' + stage, o]) ?? (s.weights === 'digits' ? made('bias', -2, 5, [o]) : 0) : 0
  const stored = (stage, at) => own(['w' + stage, ...at]) ?? KERNELS[s.weights](nodes[stage], at, s, stage)
  function w(stage, o, c, tap) {
    const node = nodes[stage], turned = s.flip ? tap.map((j, a) => node.kernel[a] - 1 - j) : tap
    const at = weightAt(node, o, c, turned)
    return stored(stage, at)
  }
  const input = (stage, c, at) => at === null ? 0 : stage ? value(stage - 1, c, at) : x(c, at)
  function value(stage, o, p) {
    const key = [stage, o, ...p].join()
    if (!known.has(key)) known.set(key, total(stage, o, p))
    return known.get(key)
  }
  function total(stage, o, p) {
    const node = nodes[stage], found = windowAt(node, p)
    if (pooling(node)) {
      const xs = found.map(f => input(stage, o, f.at))
      return node.type === 'max' ? Math.max(...xs) : xs.length ? xs.reduce((a, b) => a + b, 0) / xs.length : NaN
    }
    let sum = bias(stage, o)
    for (const c of groupOf(node, o)) for (const f of found) if (f.at !== null) sum += input(stage, c, f.at) * w(stage, o, c, f.tap)
    return sum
  }
  return {x, w, stored, bias, input, value}
}

// At most three digits beyond whole numbers, a real minus sign.
function shown(v) {
  if (Number.isNaN(v)) return 'NaN'
  if (!Number.isFinite(v)) return v < 0 ? '−∞' : '∞'
  const text = Number.isInteger(v) ? String(v) : String(+v.toPrecision(3))
  return text.replace('-', '−')
}
const factor = v => v < 0 ? `(${shown(v)})` : shown(v)
const grouped = n => String(n).replace(/\B(?=(\d{3})+$)/g, ',')
