// The same layer in JAX: x is (N, C, ...), the weights w and b are laid out as PyTorch's. A test runs what is written here.

const sequence = list => `(${list.join(', ')}${list.length > 1 ? '' : ','})`
const pairs = pads => `[${pads.map(p => sequence(p)).join(', ')}]`
const both = list => sequence([1, 1, ...list])
const padded = (pads, more) => `x = jnp.pad(x, ${pairs([[0, 0], [0, 0], ...pads])}${more})\n`

const jaxCode = (s, nodes) => (s.batch ? '' : 'x = x[None]\n') + nodes.map((node, n) => pooling(node) ? jaxPool(node)
  : jaxConv(node, s.axes, n < nodes.length - 1 ? 'x' : 'y', nodes.length > 1 ? `w${n + 1}` : 'w')).join('\n')

function jaxConv(node, axes, to, w) {
  const space = 'DHW'.slice(-axes), turned = node.type === 'transposed', zeros = node.mode === 'zeros', one = v => v.every(n => n === 1), few = turned && node.groups > 1
  const before = zeros ? '' : padded(node.pads, `, mode="${NUMPY[node.mode]}"`), [i, o, ...k] = weightShape(node), g = node.groups
  const flip = turned ? `${w} = jnp.flip(${w}, ${sequence(range(axes).map(a => a - axes))})\n` : ''
  const regroup = few ? `${w} = ${w}.reshape${sequence([g, i / g, o, ...k])}.swapaxes(1, 2).reshape${sequence([g * o, i / g, ...k])}\n` : ''
  const pads = turned ? node.size.map((_, a) => stretchedPads(node, a)) : zeros ? node.pads : node.pads.map(() => [0, 0])
  const names = ['NC', turned && !few ? 'IO' : 'OI', 'NC'].map(n => `"${n}${space}"`).join(', ')
  const layer = called('jax.lax.conv_general_dilated', 'x', w, `window_strides=${sequence(turned ? node.stride.map(() => 1) : node.stride)}`, `padding=${pairs(pads)}`,
    turned && !one(node.stride) ? `lhs_dilation=${sequence(node.stride)}` : null, one(node.dilation) ? null : `rhs_dilation=${sequence(node.dilation)}`,
    `dimension_numbers=(${names})`, g > 1 ? `feature_group_count=${g}` : null)
  return `${before}${flip}${regroup}${to} = ${layer}${node.bias ? ` + b[:${', None'.repeat(axes)}]` : ''}`
}

// Rounded up, the last window may reach beyond the padding; a mean that counts padding does not count what is beyond.
function jaxPool(node) {
  const mean = node.type === 'avg', reach = node.size.map((_, a) => (length(node, a) - 1) * node.stride[a] + span(node.kernel[a], node.dilation[a]) - node.size[a])
  const ends = node.pads.map(([l, r], a) => [l, Math.max(reach[a] - l, r)]), beyond = ends.map(([, r], a) => [0, r - node.pads[a][1]])
  const first = mean && node.counted && !none(beyond)
  const pool = (x, start, f) => called('jax.lax.reduce_window', x, start, `jax.lax.${f}`, `window_dimensions=${both(node.kernel)}`, `window_strides=${both(node.stride)}`,
    `padding=${pairs([[0, 0], [0, 0], ...(first ? beyond : ends)])}`, node.dilation.every(d => d === 1) ? null : `window_dilation=${both(node.dilation)}`)
  if (!mean) return `y = ${pool('x', '-jnp.inf', 'max')}`
  const all = node.counted && !first || none(ends)
  return `${first ? padded(node.pads, '') : ''}y = ${pool('x', '0.', 'add')} / ${all ? prod(node.kernel) : pool('jnp.ones_like(x)', '0.', 'add')}`
}
