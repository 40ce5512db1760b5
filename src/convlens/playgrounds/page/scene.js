// What is drawn: panels of cells, each a plane of one tensor, and which cells belong to what is selected.
//
// A selection is {role, stage, lead, at}: "x" an input (lead [c]), "w" a weight (lead [o, c]), "y" an output (lead [o]).
// Lit cells of one tensor are a box: sets of leads and of places. The output of a stage is the input of the next one.

const AXES = {1: ['L'], 2: ['H', 'W'], 3: ['D', 'H', 'W']}
const WIDE = 14, WINDOW = 9, SLICES = 5, CHANNELS = 4

const key = sel => [sel.role + sel.stage, sel.lead.join('.'), sel.at.join('.')].join(':')
function parseKey(text) {
  const [, role, stage, lead, at] = /^([xwys])(\d):([\d.]+):([-\d.]+)$/.exec(text) || []
  return role && {role, stage: Number(stage), lead: lead.split('.').map(Number), at: at.split('.').map(Number)}
}

// Within the tensor that it points into; otherwise the middle output.
function legal(sel, nodes) {
  const node = sel && nodes[sel.stage]
  if (node && sel.at.length === node.size.length) {
    const sizes = {x: node.size, w: node.kernel, y: outSize(node)}[sel.role]
    const leads = {x: [node.cin], w: [node.cout, node.cin], y: [node.cout]}[sel.role]
    const fits = sizes && sel.at.every((p, a) => p >= 0 && p < sizes[a]) && sel.lead.every((n, i) => n < leads[i])
    const bound = sel.role !== 'w' || groupOf(node, sel.lead[0]).includes(sel.lead[1])
    if (fits && bound && sel.lead.length === leads.length && !(sel.role === 'w' && pooling(node)) && !(sel.role === 'x' && sel.stage)) return sel
  }
  const last = nodes.length - 1
  return {role: 'y', stage: last, lead: [0], at: outSize(nodes[last]).map(n => (n - 1) >> 1)}
}

const box = (leads, places) => ({leads: new Set(leads.map(String)), places})
const within = (b, lead, at) => b.leads.has(String(lead)) && at.every((p, a) => b.places[a].has(p))

// {x0, s0, w0, y0, w1, y1}: the lit box of each tensor that has one.
function lit(sel, nodes) {
  const node = nodes[sel.stage], n = sel.stage, boxes = {}, axes = range(node.size.length)
  const sets = of => axes.map(a => new Set(of(a)))
  if (sel.role === 'y') {
    boxes['y' + n] = box(sel.lead, sel.at.map(p => new Set([p])))
    back(n, sel.lead, sel.at.map(p => [p]))
  } else if (sel.role === 'x') {
    boxes['x' + n] = box(sel.lead, sel.at.map(p => new Set([p])))
    if (node.type === 'transposed') boxes['s' + n] = box(sel.lead, sel.at.map((p, a) => new Set([p * node.stride[a]])))
    const outs = reachedChannels(node, sel.lead[0]), reach = axes.map(a => reached(node, a, sel.at[a]))
    boxes['y' + n] = box(outs, reach.map(r => new Set(r)))
    const taps = sets(a => reach[a].flatMap(p => reads(node, a, p).filter(r => r.at === sel.at[a]).map(r => r.tap)))
    boxes['w' + n] = box(outs.map(o => [o, sel.lead[0]]), taps)
    if (nodes[n + 1]) boxes['y' + (n + 1)] = box(range(nodes[n + 1].cout), reach.map(r => new Set(r)))
  } else {
    boxes['w' + n] = box([sel.lead], sel.at.map(p => new Set([p])))
    const found = axes.map(a => met(node, a, sel.at[a]))
    boxes[n ? 'y' + (n - 1) : 'x0'] = box([sel.lead[1]], found.map(f => f.places))
    if (node.type === 'transposed') boxes['s' + n] = box([sel.lead[1]], axes.map(a => met(node, a, sel.at[a], 'stretched').places))
    boxes['y' + n] = box([sel.lead[0]], found.map(f => f.outs))
  }
  function back(stage, outs, at) {
    const node = nodes[stage], input = stage ? 'y' + (stage - 1) : 'x0', pairs = outs.flatMap(o => groupOf(node, o).map(c => [o, c]))
    const all = view => at.map((list, a) => list.flatMap(p => reads(node, a, p, view)))
    const found = all(), channels = [...new Set(pairs.map(p => p[1]))]
    if (!pooling(node)) boxes['w' + stage] = box(pairs, found.map(list => new Set(list.map(r => r.tap))))
    boxes[input] = box(channels, found.map(list => new Set(list.map(r => r.place))))
    if (node.type === 'transposed') boxes['s' + stage] = box(channels, all('stretched').map(list => new Set(list.map(r => r.place))))
    if (stage) back(stage - 1, channels, found.map(list => [...new Set(list.map(r => r.at))]))
  }
  return boxes
}

// At most `most` of n channels: the first, the lit ones, the last.
function someOf(n, chosen, most) {
  if (n <= most) return range(n)
  const all = most < 3 ? [chosen[0] ?? 0, n - 1, 0] : [0, ...chosen.slice(0, most - 2), n - 1, 1, 2, 3].filter((c, i, list) => c < n && list.indexOf(c) === i)
  return [...new Set(all)].slice(0, most).sort((a, b) => a - b)
}
// The part of [low, high] that is shown: all of it, or a window around the lit places.
function part(low, high, places, wide = WIDE) {
  if (high - low < wide) return [low, high]
  const centre = places && places.size ? Math.round((Math.min(...places) + Math.max(...places)) / 2) : low + (WINDOW >> 1)
  const first = Math.min(Math.max(centre - (WINDOW >> 1), low), high - WINDOW + 1)
  return [first, first + WINDOW - 1]
}

// {title key, panels} for each tensor of a stage, in the order in which they are drawn.
function tensors(n, s, nodes, boxes, values) {
  const node = nodes[n], found = [], heavy = prod(node.kernel) * groupOf(node, 0).length > 4000
  if (!n) found.push({role: 'x', name: 'input', panels: planes('x', 0, node.size, node.pads, node.type === 'transposed')})
  if (node.type === 'transposed') found.push({role: 's', name: 'stretched', panels: planes('s', n, node.size.map((k, a) => (k - 1) * node.stride[a] + 1),
    node.size.map((_, a) => stretchedPads(node, a)))})
  if (!pooling(node)) found.push({role: 'w', name: 'kernel', panels: filters(n)})
  found.push({role: 'y', name: n < nodes.length - 1 ? 'between' : 'output', panels: planes('y', n, outSize(node), node.size.map(() => [0, 0]))})
  return found

  function planes(role, stage, sizes, pads, bare) {
    const count = role === 'y' ? node.cout : node.cin, b = boxes[role + stage], solid = sizes.length > 2
    const chosen = b ? [...b.leads].map(Number).sort((p, q) => p - q) : []
    return someOf(count, chosen, role === 'y' && heavy ? 1 : solid || Math.max(...sizes) > 24 ? 2 : CHANNELS).flatMap(c => cut(role, stage, [c], sizes, bare ? sizes.map(() => [0, 0]) : pads, b))
  }
  function filters(stage) {
    const b = boxes['w' + stage], lead = [...(b?.leads ?? ['0,0'])].map(l => l.split(',').map(Number))
    const outs = [...new Set(lead.map(l => l[0]))], few = node.kernel.at(-1) * node.cout <= 12 && s.axes < 3
    return (few ? someOf(node.cout, outs, CHANNELS) : outs.slice(0, 1)).flatMap(o => {
      const own = groupOf(node, o), marked = lead.filter(l => l[0] === o).map(l => own.indexOf(l[1]))
      return someOf(own.length, marked, s.axes > 2 ? 2 : CHANNELS).flatMap(i => cut('w', stage, [o, own[i]], node.kernel, node.kernel.map(() => [0, 0]), b))
    })
  }
  function cut(role, stage, lead, sizes, pads, b) {
    const bounds = sizes.map((size, a) => [-pads[a][0], size - 1 + pads[a][1]])
    const wide = s.axes === 1 ? 24 : s.axes === 3 || (role === 'y' && heavy) ? 9 : role === 'y' ? WIDE - 2 : WIDE
    const shownPart = bounds.map(([low, high], a) => part(low, high, b?.places[a], wide))
    const cols = span2(shownPart.at(-1)), rows = s.axes > 1 ? span2(shownPart.at(-2)) : [0]
    const all = s.axes > 2 ? span2(bounds[0]) : [null], marked = s.axes > 2 && b ? all.filter(d => b.places[0].has(d)) : []
    const slices = all.length <= SLICES ? all : [...new Set([...marked.slice(0, SLICES), ...all])].slice(0, SLICES).sort((p, q) => p - q)
    return slices.map(slice => ({role, stage, lead, slice, rows, cols, sizes, bounds, count: all.length,
      group: groupLetter(role, lead), cropped: shownPart.some(([low, high], a) => low > bounds[a][0] || high < bounds[a][1]) || slices.length < all.length,
      cell: (r, c) => cell(role, stage, lead, s.axes > 2 ? [slice, r, c] : s.axes > 1 ? [r, c] : [c], sizes)}))
  }
  function groupLetter(role, lead) {
    if (pooling(node) || node.groups === 1) return ''
    const g = Math.floor(role === 'x' || role === 's' ? lead[0] / (node.cin / node.groups) : lead[0] / (node.cout / node.groups))
    return letterOf(g)
  }
  function cell(role, stage, lead, at, sizes) {
    const out = {at, kind: ''}
    if (role === 'w') return {...out, v: values.w(stage, ...lead, at)}
    if (role === 'y') return {...out, v: values.value(stage, lead[0], at), shade: overlap(stage, at)}
    if (role === 's') {
      const px = at.map((p, a) => stretchedPixel(node, a, p)), inside = at.every((p, a) => p >= 0 && p < sizes[a])
      return {...out, kind: px.includes(null) ? inside ? 'gap' : 'pad' : '', v: px.includes(null) ? 0 : values.x(lead[0], px)}
    }
    const px = at.map((p, a) => pixel(node, a, p)), inside = at.every((p, a) => p >= 0 && p < sizes[a])
    const gone = inside && at.some((p, a) => unread(node, a).has(p))
    if (!inside) return {...out, kind: 'pad', v: px.includes(null) ? node.mode === 'nothing' && !(node.type === 'avg' && node.counted) ? '' : 0 : values.x(lead[0], px)}
    return {...out, kind: gone ? 'drop' : '', v: values.x(lead[0], at)}
  }
  // How many inputs paint an output of a transposed convolution, 0 to 4 shades.
  function overlap(stage, at) {
    if (node.type !== 'transposed') return null
    return prod(at.map((p, a) => reads(node, a, p).length))
  }
}
const letterOf = g => g < 26 ? String.fromCharCode(65 + g) : String(g + 1)
const span2 = ([low, high]) => range(high - low + 1).map(i => low + i)
