// Ten chapters: the layer with which each begins, and whether its question is answered.

const TINY = {axes: '2', in: '1', out: '1', size: '5', kernel: '3', stride: '1', padding: '0', dilation: '1', at: 'y0:0:0.0'}
const is = (node, sizes) => String(outSize(node)) === String(sizes)
const kept = (node, facts) => Object.entries(facts).every(([k, v]) => String(node[k]) === String(v))
const CHAPTERS = [
  [TINY, (s, [n], sel) => key(sel) === 'y0:0:1.2'],
  [{...TINY, in: '3'}, (s, [n], sel) => termCount(n, 0, [0, 0]) === 18],
  [{...TINY, in: '3', out: '2', bias: ''}, (s, [n]) => params(n) === 56n],
  [{...TINY, size: '7'}, (s, [n]) => is(n, [3, 3]) && kept(n, {size: [7, 7], kernel: [3, 3], pads: [[0, 0], [0, 0]]})],
  [{...TINY, size: '7', kernel: '5'}, (s, [n]) => is(n, [7, 7]) && kept(n, {size: [7, 7], kernel: [5, 5]})],
  [{...TINY, size: '9'}, (s, [n]) => n.kernel.every((k, a) => k === 3 && span(k, n.dilation[a]) === 7)],
  [{...TINY, in: '4', out: '4', size: '4', bias: ''}, (s, [n]) => n.cin === 4 && n.cout === 4 && params(n) === 72n],
  [{...TINY, in: '3', out: '4', size: '4', padding: '1', bias: ''}, (s) => s.type === 'separable'],
  [{...TINY, type: 'transposed', size: '3', stride: '2', weights: 'ones'}, (s, [n]) => n.type === 'transposed' && is(n, [6, 6]) && kept(n, {size: [3, 3]})],
  [{...TINY, type: 'max', size: '6', kernel: '2'}, (s, [n]) => pooling(n) && is(n, [3, 3]) && kept(n, {size: [6, 6]})],
]

// Layers to begin with.
const EXAMPLES = {
  'Fig. 1: k3 s2 p1 d2': {},
  'LeNet-5 C1': {in: '1', out: '6', size: '32', kernel: '5', stride: '1', padding: '0', dilation: '1'},
  'ResNet stem, 7x7 / 2': {in: '3', out: '64', size: '224', kernel: '7', padding: '3', dilation: '1'},
  'same, kernel 4': {in: '1', out: '1', size: '6', kernel: '4', stride: '1', rule: 'same', dilation: '1'},
  'floor: 7, kernel 3, stride 3': {in: '1', out: '1', stride: '3', padding: '0', dilation: '1'},
  'groups = 2': {in: '4', out: '4', size: '5', stride: '1', dilation: '1', groups: '2'},
  'depthwise': {type: 'depthwise', size: '5', stride: '1', dilation: '1'},
  'separable': {type: 'separable', size: '5', stride: '1', dilation: '1', out: '4'},
  'transposed 3x3 / 2': {type: 'transposed', in: '1', out: '1', size: '3', padding: '0', dilation: '1', weights: 'ones', values: 'ones'},
  'max pooling 2x2': {type: 'max', in: '2', size: '6', kernel: '2', padding: '0', dilation: '1'},
  'causal, 1-D': {axes: '1', in: '1', out: '1', size: '12', stride: '1', rule: 'causal'},
  'Sobel on an edge': {in: '1', out: '1', size: '9', stride: '1', dilation: '1', mode: 'replicate', values: 'edge', weights: 'sobel', bias: ''},
  '3-D': {axes: '3', in: '1', out: '1', size: '5', stride: '1', padding: '0', dilation: '1'},
}
