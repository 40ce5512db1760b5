// The same layer as PyTorch, Keras and ONNX spell it (JAX: jax.js), and the padding that each rule of theirs would use.

const alike = list => list.every(x => String(x) === String(list[0]))
const tuple = list => alike(list) ? String(list[0]) : `(${list.join(', ')})`
const uneven = pads => pads.some(([l, r]) => l !== r)
const none = pads => pads.flat().every(n => n === 0)
const named = pairs => pairs.filter(([, v, plain]) => v !== plain).map(([k, v]) => `${k}=${v}`)
const called = (name, ...args) => `${name}(${args.flat().filter(a => a !== null).join(', ')})`
const isSame = (node, lower) => node.pads.every((p, a) =>
  String(p) === String(samePads(node.size[a], node.kernel[a], node.stride[a], node.dilation[a], lower)))

const code = (fw, s, nodes) => ({torch: torchCode, keras: kerasCode, onnx: onnxCode, jax: jaxCode})[fw](s, nodes)

function torchCode(s, nodes) {
  const n = s.axes, lines = nodes.map(node => {
    const first = node.type !== 'transposed' && (uneven(node.pads) || (pooling(node) && node.pads.some(([l], a) => l > node.kernel[a] >> 1)))
    const flat = [...node.pads].reverse().flat().join(', ')
    const word = node.mode === 'zeros' || pooling(node) ? node.type === 'max' ? ', value=float("-inf")' : '' : `, mode="${node.mode}"`
    const kernel = tuple(node.kernel), padding = first ? '0' : tuple(node.pads.map(p => p[0]))
    const pad = first ? `x = F.pad(x, (${flat})${word})\n` : ''
    if (pooling(node)) {
      const apart = first && node.type === 'avg' && !node.counted // zeros that were padded before would count: divide by a mean of ones
      const layer = called(`nn.${node.type === 'max' ? 'Max' : 'Avg'}Pool${n}d`, kernel, named([['stride', tuple(node.stride), kernel],
        ['padding', padding, '0'], ['dilation', tuple(node.dilation), node.type === 'avg' ? tuple(node.dilation) : '1'],
        ['ceil_mode', node.ceil ? 'True' : 'False', 'False'],
        ['count_include_pad', node.type === 'avg' && !node.counted && !first && !none(node.pads) ? 'False' : 'True', 'True']]))
      return apart ? `pool = ${layer}\ny = pool(F.pad(x, (${flat}))) / pool(F.pad(torch.ones_like(x), (${flat})))` : pad + layer
    }
    const end = [['stride', tuple(node.stride), '1'], ['padding', padding, '0']]
    if (node.type === 'transposed') {
      const odd = node.pads.some(([l, r], a) => l < r || l - r + node.extra[a] >= Math.max(node.stride[a], node.dilation[a]))
      const cut = odd ? `\ny = y[..., ${node.pads.map(([l, r]) => `${l || ''}:${r ? -r : ''}`).join(', ')}]` : ''
      end[1] = ['padding', odd ? '0' : padding, '0']
      return called(`nn.ConvTranspose${n}d`, node.cin, node.cout, kernel, named([...end,
        ['output_padding', tuple(node.extra.map((e, a) => odd ? e : e + node.pads[a][0] - node.pads[a][1])), '0'],
        ['groups', String(node.groups), '1'], ['bias', node.bias ? 'True' : 'False', 'True'], ['dilation', tuple(node.dilation), '1']])) + cut
    }
    return pad + called(`nn.Conv${n}d`, node.cin, node.cout, kernel, named([...end, ['dilation', tuple(node.dilation), '1'],
      ['groups', String(node.groups), '1'], ['bias', node.bias ? 'True' : 'False', 'True'],
      ['padding_mode', first || pooling(node) ? '' : `"${node.mode}"`, first ? '' : '"zeros"']]))
  })
  return lines.join('\n')
}

const NUMPY = {zeros: 'constant', reflect: 'reflect', replicate: 'edge', circular: 'wrap'}
function kerasCode(s, nodes) {
  const n = s.axes, node = nodes[0], kernel = tuple(node.kernel), sides = node.pads.map(p => `(${p.join(', ')})`).join(', ')
  const causal = n === 1 && node.type === 'conv' && node.pads[0][1] === 0 && node.pads[0][0] === node.dilation[0] * (node.kernel[0] - 1)
  const zeros = node.mode === 'zeros' || pooling(node)
  let word = none(node.pads) ? 'valid' : zeros && isSame(node) && !(node.type === 'avg' && node.counted) ? 'same' : zeros && causal ? 'causal' : ''
  const end = [['strides', tuple(node.stride), pooling(node) ? kernel : '1'], ['padding', `"${word || 'valid'}"`, '"valid"'],
    ['data_format', '', ''], ['dilation_rate', tuple(node.dilation), '1']]
  const bias = ['use_bias', nodes.at(-1).bias ? 'True' : 'False', 'True']
  if (!pooling(node) && node.stride.some(v => v > 1) && node.dilation.some(v => v > 1)) return `# ${t('noKeras')}`
  if (node.type === 'transposed') return node.groups > 1 ? `# ${t('noKeras')}` : kerasTransposed(node, n, sides, bias)
  const dense = node.groups === 1 || s.type === 'conv'
  const layer = pooling(node) ? called(`${node.type === 'max' ? 'Max' : 'Average'}Pooling${n}D`, kernel, named(end.slice(0, 2)))
    : nodes.length > 1 ? called(`SeparableConv${n}D`, s.out, kernel, named([...end, ['depth_multiplier', String(s.mult), '1'], bias]))
    : dense ? called(`Conv${n}D`, node.cout, kernel, named([...end, ['groups', String(node.groups), '1'], bias]))
    : called(`DepthwiseConv${n}D`, kernel, named([...end.slice(0, 2), ['depth_multiplier', String(s.mult), '1'], ...end.slice(2), bias]))
  if (node.ceil || (pooling(node) && node.dilation.some(d => d > 1))) return `# ${t('noKeras')}`
  if (word) return layer
  const value = node.type === 'max' ? ', constant_values=float("-inf")' : ''
  return zeros && !pooling(node) ? `x = ZeroPadding${n}D((${n === 1 ? node.pads[0].join(', ') : sides}))(x)\n${layer}`
    : node.type === 'avg' && !node.counted ? `# ${t('noKeras')}`
    : `x = keras.ops.pad(x, ((0, 0), ${sides}, (0, 0)), mode="${NUMPY[node.mode] ?? 'constant'}"${value})\n${layer}`
}

// 'valid' and 'same' where they cut off as much as this layer does; otherwise the whole output is cropped.
function kerasTransposed(node, n, sides, bias) {
  const less = node.size.map((_, a) => span(node.kernel[a], node.dilation[a]) - node.stride[a])
  const plain = node.extra.every((e, a) => e === Math.max(-less[a], 0))
  const half = less.map(v => [Math.max(v, 0) >> 1, Math.max(v, 0) - (Math.max(v, 0) >> 1)])
  const word = plain && none(node.pads) ? 'valid' : plain && String(half) === String(node.pads) ? 'same' : ''
  const layer = called(`Conv${n}DTranspose`, node.cout, tuple(node.kernel), named([['strides', tuple(node.stride), '1'],
    ['padding', word || 'valid', 'valid'], ['output_padding', word ? 'None' : tuple(node.extra), 'None'], ['dilation_rate', tuple(node.dilation), '1'], bias]))
    .replace('padding=same', 'padding="same"')
  return word ? layer : `y = ${layer}(x)\ny = Cropping${n}D((${n === 1 ? node.pads[0].join(', ') : sides}))(y)`
}

function onnxCode(s, nodes) {
  const list = (name, values) => `${name}=[${values.join(', ')}]`
  return nodes.map(node => {
    const zeros = node.mode === 'zeros' || pooling(node), pads = [...node.pads.map(p => p[0]), ...node.pads.map(p => p[1])]
    const all = [list('kernel_shape', node.kernel), list('strides', node.stride), zeros ? list('pads', pads) : null,
      node.type === 'avg' ? null : list('dilations', node.dilation)]
    if (pooling(node)) return called(node.type === 'max' ? 'MaxPool' : 'AveragePool', all, node.ceil ? 'ceil_mode=1' : null,
      node.type === 'avg' && node.counted ? 'count_include_pad=1' : null)
    const before = zeros ? '' : `Pad(x, pads=[0, 0, ${node.pads.map(p => p[0])}, 0, 0, ${node.pads.map(p => p[1])}], mode="${NUMPY[node.mode]}")\n`
      .replace(/,(?=\d)/g, ', ')
    return before + called(node.type === 'transposed' ? 'ConvTranspose' : 'Conv', all, `group=${node.groups}`,
      node.type === 'transposed' ? list('output_padding', node.extra) : null)
  }).join('\n')
}

// Rows [framework, rule, sides of each axis, output of each axis], the layer's own first. Of a transposed convolution the
// sides are cut off. Source: convlens.report.frameworks, with which a test compares them.
function rules(node) {
  const axes = range(node.size.length), out = pads => outSize({...node, pads, ceil: false}).map(n => Math.max(n, 0))
  const rows = [['PyTorch', '', node.pads, outSize(node)]]
  if (node.type === 'transposed') {
    rows[0][2] = node.pads.map(([l, r], a) => [l, Math.max(r - node.extra[a], 0)])
    const less = axes.map(a => Math.max(span(node.kernel[a], node.dilation[a]) - node.stride[a], 0))
    const half = less.map(n => [n >> 1, n - (n >> 1)]), long = axes.map(a => node.size[a] * node.stride[a])
    return [...rows, ['Keras, TensorFlow', "'same'", half, long],
      ['Keras, TensorFlow', "'valid'", half.map(() => [0, 0]), long.map((n, a) => n + less[a])],
      ['ONNX', 'SAME_UPPER', half, long], ['ONNX', 'SAME_LOWER', half.map(([l, r]) => [r, l]), long]]
  }
  const same = lower => axes.map(a => samePads(node.size[a], node.kernel[a], node.stride[a], node.dilation[a], lower))
  const valid = axes.map(() => [0, 0])
  return [...rows, ['Keras, TensorFlow', "'same'", same(), out(same())], ['Keras, TensorFlow', "'valid'", valid, out(valid)],
    ['ONNX', 'SAME_UPPER', same(), out(same())], ['ONNX', 'SAME_LOWER', same(true), out(same(true))]]
}
