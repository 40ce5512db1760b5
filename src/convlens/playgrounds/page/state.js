// The settings as texts, exactly as the fields and the address hold them; `read` makes a layer of them, or says what is wrong.

const DEFAULTS = {
  type: 'conv', axes: '2', in: '3', out: '2', mult: '1', size: '7', kernel: '3', stride: '2', rule: 'sides', padding: '1',
  dilation: '2', groups: '1', extra: '0', mode: 'zeros', bias: '1', flip: '', ceil: '', counted: '1', batch: '1',
  values: 'digits', weights: 'digits', seed: '1', edit: '', x: '', w0: '', w1: '', at: '', fw: 'torch', lang: 'en', chapter: '', im2col: '',
}
const KINDS = {
  conv: 'in out size kernel stride rule padding dilation groups mode bias flip',
  depthwise: 'in mult size kernel stride rule padding dilation mode bias flip',
  separable: 'in out mult size kernel stride rule padding dilation mode bias flip',
  transposed: 'in out size kernel stride padding extra dilation groups bias flip',
  max: 'in size kernel stride rule padding dilation ceil',
  avg: 'in size kernel stride rule padding ceil counted',
}
const LIMITS = {in: [1, 9999], out: [1, 9999], mult: [1, 64], size: [1, 9999], kernel: [1, 99], stride: [1, 99],
  padding: [0, 999], dilation: [1, 99], extra: [0, 98], groups: [1, 9999], seed: [0, 9999]}
const MOST_TERMS = 30000 // of one sum: more are not drawn
const PER_AXIS = ['size', 'kernel', 'stride', 'padding', 'dilation', 'extra']
const CHOICES = {
  type: Object.keys(KINDS), axes: ['1', '2', '3'], rule: ['sides', 'valid', 'same', 'same_lower', 'causal'],
  mode: ['zeros', 'reflect', 'replicate', 'circular'], values: Object.keys(INPUTS), weights: Object.keys(KERNELS),
  fw: ['torch', 'keras', 'onnx', 'jax'], lang: ['en', 'zh'],
}
const has = (raw, field) => KINDS[raw.type].split(' ').includes(field)
const parts = text => String(text).trim().split(/\s*[x×,*]\s*/i)

// Numbers of one field: one for all axes, or one for each. Null where it is no such text.
function entries(text, axes, field) {
  const number = part => /^\d{1,6}$/.test(part) ? Number(part) : NaN
  const pair = part => part.includes('+') ? part.split('+').map(p => number(p.trim())) : [number(part), number(part)]
  const found = parts(text).map(field === 'padding' ? pair : number)
  const [low, high] = LIMITS[field]
  if (!(found.length === 1 || found.length === axes)) return null
  if (!found.flat().every(n => n >= low && n <= high) || found.some(p => Array.isArray(p) && p.length !== 2)) return null
  return found.length === axes ? found : range(axes).map(() => found[0])
}

function readEdits(text) {
  const pairs = text.split('_').map(part => part.split('='))
  return Object.fromEntries(pairs.filter(([key, v]) => /^[xwb][\d.]+$/.test(key) && Number.isFinite(Number(v)) && v !== '')
    .map(([key, v]) => [key, Number(v)]))
}

// {s, nodes, errors: [{field, key, facts, tries}]}: errors name a sentence of strings.js and the fields that could mend it.
function read(given) {
  const raw = {...DEFAULTS, ...given}
  for (const [field, legal] of Object.entries(CHOICES)) if (!legal.includes(raw[field])) raw[field] = DEFAULTS[field]
  const axes = Number(raw.axes), errors = [], s = {axes, edits: readEdits(raw.edit), own: Object.fromEntries(Object.keys(OWN).map(name => [name, ownList(raw[name])]))}
  for (const field of ['type', 'mode', 'values', 'weights']) s[field] = raw[field]
  for (const field of ['bias', 'flip', 'ceil', 'counted', 'batch']) s[field] = raw[field] === '1'
  for (const field of Object.keys(LIMITS)) {
    const used = has(raw, field) && !(field === 'padding' && raw.rule !== 'sides' && has(raw, 'rule')) || (field === 'seed' && raw.values === 'random')
    const found = entries(used ? raw[field] : DEFAULTS_UNUSED[field] ?? '1', PER_AXIS.includes(field) ? axes : 1, field)
    if (found === null) errors.push({field, key: PER_AXIS.includes(field) ? 'eNumbers' : 'eNumber', tries: [field],
      facts: {low: LIMITS[field][0], high: LIMITS[field][1], axes}})
    s[field] = PER_AXIS.includes(field) ? found : found && found[0]
  }
  if (errors.length) return {raw, s, nodes: [], errors}
  const rule = has(raw, 'rule') ? raw.rule : 'sides'
  if (rule === 'causal' && axes !== 1) return {raw, s, nodes: [], errors: [{field: 'rule', key: 'eCausal', facts: {}, tries: ['rule']}]}
  if (!has(raw, 'mode')) s.mode = 'zeros'
  if (!has(raw, 'flip')) s.flip = false
  if (!has(raw, 'ceil')) s.ceil = false
  s.pads = range(axes).map(a => rule === 'sides' ? s.padding[a] : rule === 'valid' ? [0, 0]
    : rule === 'causal' ? [s.dilation[a] * (s.kernel[a] - 1), 0]
    : samePads(s.size[a], s.kernel[a], s.stride[a], s.dilation[a], rule === 'same_lower'))
  const nodes = nodesOf(s)
  return {raw, s, nodes, errors: faults(s, nodes)}
}
const DEFAULTS_UNUSED = {padding: '0', extra: '0', seed: '1'}

function nodesOf(s) {
  const window = {size: s.size, kernel: s.kernel, stride: s.stride, pads: s.pads, dilation: s.dilation, extra: s.extra,
    mode: s.mode, ceil: s.ceil, counted: s.counted, bias: s.bias}
  if (s.type === 'max' || s.type === 'avg') return [{...window, type: s.type, cin: s.in, cout: s.in, groups: s.in, bias: false, mode: 'nothing'}]
  if (s.type === 'conv' || s.type === 'transposed') return [{...window, type: s.type, cin: s.in, cout: s.out, groups: s.groups}]
  const each = {...window, type: 'conv', cin: s.in, cout: s.in * s.mult, groups: s.in}
  if (s.type === 'depthwise') return [each]
  const ones = s.size.map(() => 1), none = s.size.map(() => [0, 0])
  return [{...each, bias: false}, {...window, type: 'conv', cin: each.cout, cout: s.out, groups: 1, size: outSize(each), kernel: ones,
    stride: ones, pads: none, dilation: ones, mode: 'zeros'}]
}

// What no framework would run, each fault with the field to which it is said.
function faults(s, nodes) {
  const found = [], node = nodes[0], say = (field, key, facts, tries = [field]) => found.push({field, key, facts, tries})
  if (node.cin % node.groups) say('groups', 'eGroups', {groups: node.groups, count: node.cin, what: 'in'}, ['groups', 'in'])
  else if (node.cout % node.groups) say('groups', 'eGroups', {groups: node.groups, count: node.cout, what: 'out'}, ['groups', 'out'])
  const count = prod(node.kernel) * node.cin / node.groups
  if (count > MOST_TERMS) say('in', 'eTerms', {count: grouped(count), most: grouped(MOST_TERMS)}, ['in', 'kernel'])
  for (const [name, field] of Object.entries(OWN)) if (s[field] === 'own' && !(name[0] === 'w' && pooling(node))) {
    const shape = found.length ? null : ownShape(nodes, name), list = s.own[name], other = name[0] === 'w' && (s.own.w0 ?? s.own.w1) // one stage is enough
    if (shape && (list ? list.length !== prod(shape) || !list.every(Number.isFinite) : !other)) say(field, 'eOwn', {n: list ? list.length : 0, ...layout(shape)})
  }
  for (const a of range(s.axes)) {
    const k = node.kernel[a], d = node.dilation[a], [left, right] = node.pads[a], most = Math.max(left, right), n = node.size[a]
    if (node.type === 'transposed') {
      if (node.extra[a] >= Math.max(node.stride[a], d)) say('extra', 'eExtra', {extra: node.extra[a], stride: node.stride[a], dilation: d})
      if (length(node, a) < 1) say('padding', 'eShort', {length: length(node, a)})
      continue
    }
    const padded = n + left + right, reach = span(k, d)
    if (length(node, a) < 1 || (padded < reach && !s.ceil)) say('kernel', 'eFit', {k, d, reach, padded}, ['kernel', 'padding', 'dilation', 'size'])
    if (pooling(node) && most > k >> 1) say('padding', 'eHalf', {padding: most, half: k >> 1}, ['padding', 'kernel'])
    if (node.type === 'avg' && s.axes === 3 && n < k) say('kernel', 'eWhole', {kernel: k, size: n})
    const room = s.mode === 'reflect' ? n - 1 : s.mode === 'circular' ? n : Infinity
    if (most > room) say('mode', 'eMode', {padding: most, mode: s.mode, size: n, room}, ['padding', 'mode'])
  }
  return found.filter((f, i) => found.findIndex(g => g.key === f.key && g.field === f.field) === i)
}

// The legal value nearest to what stands in a field, others unchanged; null where there is none near.
function nearest(given, field) {
  const raw = {...DEFAULTS, ...given}, ok = value => !read({...raw, [field]: value}).errors.length
  if (field === 'padding' && has(raw, 'rule') && raw.rule !== 'sides') return null
  if (!has(raw, field) && !['seed', 'values', 'weights'].includes(field)) return null
  if (CHOICES[field]) return CHOICES[field].find(ok) ?? null
  const here = parseInt(parts(raw[field])[0], 10), start = Number.isNaN(here) ? Number(DEFAULTS[field]) : here, [low, high] = LIMITS[field]
  const from = Math.min(Math.max(start, low), high)
  for (let far = 0; far < 300; far++) for (const v of [from - far, from + far]) if (v >= low && v <= high && ok(String(v))) return String(v)
  return null
}
