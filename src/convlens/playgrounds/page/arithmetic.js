// One layer in numbers, as convlens.ops and convlens.tracing have it. A test compares the two on random layers.
//
// A node is {type: "conv" | "transposed" | "max" | "avg", cin, cout, groups, size, kernel, stride, pads: [[left, right]],
// dilation, extra, mode, bias, ceil, counted}; sizes are pixels, one entry for each axis. Every set of cells that belong
// together (the inputs of an output, the outputs of an input) is a product over the axes, so an axis at a time is enough.

const range = n => Array.from({length: n}, (_, i) => i)
const prod = a => a.reduce((x, y) => x * y, 1)
const whole = a => a.reduce((x, y) => x * BigInt(y), 1n)
const span = (kernel, dilation) => dilation * (kernel - 1) + 1
const mod = (a, n) => ((a % n) + n) % n
const product = lists => lists.reduce((all, list) => all.flatMap(one => list.map(x => [...one, x])), [[]])
const unravel = (i, sizes) => sizes.map((size, a) => Math.floor(i / prod(sizes.slice(a + 1))) % size)
const ravelled = (at, sizes) => at.reduce((i, entry, a) => i * sizes[a] + entry, 0)
const pooling = node => node.type === 'max' || node.type === 'avg'

// Whole numbers mixed from an index: convlens.tracing.source.Made. Math.imul is a product modulo 2^32.
const seeds = new Map()
function seedOf(name) {
  if (!seeds.has(name)) seeds.set(name, [...name].reduce((sum, c) => sum + c.charCodeAt(0), 0))
  return seeds.get(name)
}
function made(name, low, count, index) {
  let mixed = seedOf(name)
  for (const entry of index) {
    mixed = (Math.imul(mixed ^ entry, 2654435761) + 40503) >>> 0
    mixed = (mixed ^ (mixed >>> 15)) >>> 0
  }
  return low + Math.floor((Math.imul(mixed, 69069) >>> 0) * count / 2 ** 32)
}

function samePads(n, kernel, stride, dilation, lower) {
  const total = Math.max((Math.ceil(n / stride) - 1) * stride + span(kernel, dilation) - n, 0), small = total >> 1
  return lower ? [total - small, small] : [small, total - small]
}

// How many windows fit. Rounded up, a last window that would start in the right padding is dropped.
function windows(n, reach, stride, [left, right], ceil) {
  const free = n + left + right - reach
  if (!ceil) return Math.floor(free / stride) + 1
  const count = Math.ceil(free / stride) + 1
  return (count - 1) * stride >= n + left ? count - 1 : count
}

function length(node, a) {
  const reach = span(node.kernel[a], node.dilation[a]), n = node.size[a], [left, right] = node.pads[a]
  if (node.type === 'transposed') return (n - 1) * node.stride[a] + reach + node.extra[a] - left - right
  return windows(n, reach, node.stride[a], node.pads[a], node.ceil)
}

const outSize = node => node.size.map((_, a) => length(node, a))

// Pixels at the far border that no window reads.
function dropped(node, a) {
  if (node.type === 'transposed') return 0
  const last = (length(node, a) - 1) * node.stride[a] - node.pads[a][0] + span(node.kernel[a], node.dilation[a])
  return Math.min(Math.max(node.size[a] - last, 0), node.size[a])
}

// Pixels of an axis that no output reads, be it behind the last window or between the taps.
const unreadOf = new WeakMap()
function unread(node, a) {
  const known = unreadOf.get(node) ?? unreadOf.set(node, []).get(node)
  if (!known[a]) {
    const read = new Set(range(length(node, a)).flatMap(p => reads(node, a, p).map(r => r.at)))
    known[a] = new Set(range(node.size[a]).filter(at => !read.has(at)))
  }
  return known[a]
}

const weightShape = node => pooling(node) ? null : node.type === 'transposed'
  ? [node.cin, node.cout / node.groups, ...node.kernel] : [node.cout, node.cin / node.groups, ...node.kernel]
const params = node => pooling(node) ? 0n : whole(weightShape(node)) + (node.bias ? BigInt(node.cout) : 0n)
const macs = node => pooling(node) ? 0n : node.type === 'transposed'
  ? whole([node.cin, ...node.size, node.cout / node.groups, ...node.kernel])
  : whole([node.cout, ...outSize(node), node.cin / node.groups, ...node.kernel])
const operations = node => pooling(node) ? whole([node.cout, ...outSize(node), ...node.kernel]) : 0n

const FOLD = {
  reflect: (p, n) => n - 1 - Math.abs(n - 1 - Math.abs(p)),
  replicate: (p, n) => Math.min(Math.max(p, 0), n - 1),
  circular: mod,
}

// The pixel that stands at a place of the padded axis; null for a zero, or for nothing.
function pixel(node, a, place) {
  const n = node.size[a]
  return place >= 0 && place < n ? place : FOLD[node.mode] ? FOLD[node.mode](place, n) : null
}

// The stretched input of a transposed convolution: zeros between the pixels, then padding.
const stretchedPads = (node, a) => node.pads[a].map((cut, side) =>
  node.dilation[a] * (node.kernel[a] - 1) - cut + side * node.extra[a])
const stretchedPixel = (node, a, place) =>
  place >= 0 && place % node.stride[a] === 0 && place / node.stride[a] < node.size[a] ? place / node.stride[a] : null

// What output p reads along axis a: [{tap, place, at}], at null where no pixel stands. view "stretched" slides instead of painting.
function reads(node, a, p, view) {
  const k = node.kernel[a], s = node.stride[a], d = node.dilation[a], [left, right] = node.pads[a], n = node.size[a]
  if (node.type !== 'transposed') {
    const all = range(k).map(tap => ({tap, place: p * s - left + d * tap, at: pixel(node, a, p * s - left + d * tap)}))
    if (!pooling(node)) return all
    const counts = node.type === 'avg' && node.counted
    return all.filter(r => r.at !== null || (counts && r.place >= -left && r.place < n + right))
  }
  if (view === 'stretched') {
    const first = p - stretchedPads(node, a)[0]
    return range(k).map(i => ({tap: k - 1 - i, place: first + d * i, at: stretchedPixel(node, a, first + d * i)}))
  }
  return range(k).map(tap => ({tap, q: p + left - d * tap})).filter(r => r.q >= 0 && r.q % s === 0 && r.q / s < n)
    .map(r => ({tap: r.tap, place: r.q / s, at: r.q / s})).reverse()
}

// The input channels that output channel o reads, and the output channels that input channel c reaches.
function groupOf(node, o) {
  if (pooling(node)) return [o]
  const read = node.cin / node.groups, first = Math.floor(o / (node.cout / node.groups)) * read
  return range(read).map(i => first + i)
}
function reachedChannels(node, c) {
  if (pooling(node)) return [c]
  const made = node.cout / node.groups, first = Math.floor(c / (node.cin / node.groups)) * made
  return range(made).map(i => first + i)
}

// Outputs along axis a that pixel `at` reaches; pixels along axis a that tap meets.
const reached = (node, a, at) => range(length(node, a)).filter(p => reads(node, a, p).some(r => r.at === at))
function met(node, a, tap, view) {
  const found = range(length(node, a)).flatMap(p => reads(node, a, p, view).filter(r => r.tap === tap))
  return {places: new Set(found.map(r => r.place)), outs: new Set(range(length(node, a)).filter(p =>
    reads(node, a, p).some(r => r.tap === tap && r.at !== null)))}
}

// Index of the weight between output channel o and input channel c.
const weightAt = (node, o, c, tap) => node.type === 'transposed'
  ? [c, o % (node.cout / node.groups), ...tap] : [o, c % (node.cin / node.groups), ...tap]

// The window of one output in one channel: [{tap, place, at}], the last axis fastest.
function windowAt(node, p, view) {
  return product(p.map((entry, a) => reads(node, a, entry, view))).map(parts => ({
    tap: parts.map(r => r.tap), place: parts.map(r => r.place), at: parts.some(r => r.at === null) ? null : parts.map(r => r.at),
  }))
}

// The terms of one output, channel by channel: [{c, tap, place, at}].
function terms(node, o, p, view) {
  const window = windowAt(node, p, view)
  return groupOf(node, o).flatMap(c => window.map(f => ({c, ...f})))
}
const termCount = (node, o, p) => groupOf(node, o).length * prod(p.map((entry, a) => reads(node, a, entry).length))
