"""What the operators that read and write by indices say; read by test_messages."""

MESSAGES = r"""
input x: 2x3x4
input i: 5: int64
c = index(x, i, on=[0, 1])
=> index 'c': 1 indices for the axes [0, 1] of 2x3x4
     input: 2x3x4 from 'x'
     input: 5 from 'i'
     written at: text, line 3
     fix: each axis once, in order, with one index

input x: 6: int64
c = embedding_bag(x, count=10, width=8)
=> embedding_bag 'c': 0 inputs beside indices of 1 axes
     input: 6 from 'x'
     written at: text, line 2
     fix: 1 of them, or a table more

input x: 2x3x4: int64
c = embedding_bag(x, count=10, width=8)
=> embedding_bag 'c': needs indices of 2 axes (bags, indices), or 1 with offsets; 2x3x4 has 3
     input: 2x3x4 from 'x'
     written at: text, line 2

input x: 2x3: int64
input w: 2x4
c = embedding_bag(x, w, count=10, width=8, function=sum, weighted=true)
=> embedding_bag 'c': the weights are 2x4, the indices 2x3
     input: 2x3 from 'x'
     input: 2x4 from 'w'
     written at: text, line 3
     fix: weights of 2x3

input x: 2x3: int64
input w: 9x8
c = embedding_bag(x, w, count=10, width=8)
=> embedding_bag 'c': its table is 9x8, but count=10 and width=8
     input: 2x3 from 'x'
     input: 9x8 from 'w'
     written at: text, line 3
     fix: a table of 10x8

input x: 6: int64
input o: 1: int64
c = embedding_bag(x, o, count=10, width=8, ended=true)
=> embedding_bag 'c': the offsets are 1; they must be one list with a bag at least
     input: 6 from 'x'
     input: 1 from 'o'
     written at: text, line 3
     fix: one axis of offsets

input x: 3x4
input i: 5: int64
input v: 5x3
c = index_put(x, i, v, on=[0])
=> index_put 'c': the value 5x3 does not fit the places 5x4
     input: 3x4 from 'x'
     input: 5 from 'i'
     input: 5x3 from 'v'
     written at: text, line 4
     fix: a value of 5x4

input x: 3x4
input i: 5: int64
input v: 5x4: float64
c = index_put(x, i, v, on=[0])
=> index_put 'c': the value is float64 and the input float32
     input: 3x4 from 'x'
     input: 5 from 'i'
     input: 5x4 from 'v'
     written at: text, line 4
     fix: one dtype for both

input x: 3x4
input i: 5: int64
input j: 5: int64
input v: 5x4
c = index_put(x, i, j, v, on=[0])
=> index_put 'c': 3 inputs beside x for 1 indexed axes
     input: 3x4 from 'x'
     input: 5 from 'i'
     input: 5 from 'j'
     input: 5x4 from 'v'
     written at: text, line 5
     fix: one index for each, and a value

input x: 3x4
input m: 3x4
input s: 12
c = masked_scatter(x, m, s)
=> masked_scatter 'c': its mask 3x4 is float32; it must be true or false
     input: 3x4 from 'x'
     input: 3x4 from 'm'
     input: 12 from 's'
     written at: text, line 4
     fix: a dtype of bool

input x: 3x4
input m: 3x4: bool
input s: 12: float64
c = masked_scatter(x, m, s)
=> masked_scatter 'c': the source is float64 and the input float32
     input: 3x4 from 'x'
     input: 3x4 from 'm'
     input: 12 from 's'
     written at: text, line 4
     fix: one dtype for both

input x: 201x101
c = istft(x, length=400, hop=160)
=> istft 'c': needs complex values of 3 axes (N, frequencies, frames), or 2 without a batch; 201x101 is float32
     input: 201x101 from 'x'
     written at: text, line 2

input x: 1x200x101: complex64
c = istft(x, length=400, hop=160)
=> istft 'c': 200 frequencies for a window of 400, which has 201
     input: 1x200x101 from 'x'
     written at: text, line 2
     fix: 201 frequencies

input x: 1x201x1: complex64
c = istft(x, length=400, hop=160)
=> istft 'c': 1 frame of a window of 400 gives no sample
     input: 1x201x1 from 'x'
     written at: text, line 2
     fix: more frames, or centred=false

input o: 2x5
input v: 3x4
c = searchsorted(o, v)
=> searchsorted 'c': the sorted input is 2x5, the values are 3x4
     input: 2x5 from 'o'
     input: 3x4 from 'v'
     written at: text, line 3
     fix: one sorted list, or one for each line

input x: 2x3
input i: 3x1: int64
c = gather_nd(x, i, batch=1)
=> gather_nd 'c': 1 batch axes of 2x3 and of the indices 3x1
     input: 2x3 from 'x'
     input: 3x1 from 'i'
     written at: text, line 3
     fix: as many equal axes in front of both, and more

input x: 2x3
input i: 5x3: int64
c = gather_nd(x, i)
=> gather_nd 'c': index vectors of 3, but the input 2x3 has 2 axes to index
     input: 2x3 from 'x'
     input: 5x3 from 'i'
     written at: text, line 3
     fix: a last axis from 1 to 2

input x: 2x3
input i: scalar: int64
input v: 2x3
c = scatter_nd(x, i, v)
=> scatter_nd 'c': the indices are a scalar; their last axis must hold index vectors
     input: 2x3 from 'x'
     input: scalar from 'i'
     input: 2x3 from 'v'
     written at: text, line 4
     fix: indices of 1 axis or more

input x: 2x3
input i: 5x1: int64
input v: 5x2
c = scatter_nd(x, i, v)
=> scatter_nd 'c': the values are 5x2, the places 5x3
     input: 2x3 from 'x'
     input: 5x1 from 'i'
     input: 5x2 from 'v'
     written at: text, line 4
     fix: values of 5x3

input x: 8
c = elementwise(x, function=tril)
=> elementwise 'c': tril needs rows and columns; the input 8 has 1 axes
     input: 8 from 'x'
     written at: text, line 2
     fix: at least 2 axes

input x: 8
input y: 8: float64
c = elementwise(x, y, function=complex)
=> elementwise 'c': complex takes real numbers of one dtype; these are float32 and float64
     input: 8 from 'x'
     input: 8 from 'y'
     written at: text, line 3
     fix: float32 for both

input x: 2x8
c = lstm(x, hidden=4, packed=[2, 1])
=> lstm 'c': 2 packed sequences of 3 steps in all need an input of 2 axes (all their steps, values); the input is 2x8
     input: 2x8 from 'x'
     written at: text, line 2

input x: 3x8
c = gru(x, hidden=4, packed=[1, 2])
=> gru 'c': packed sequences of [1, 2] steps
     input: 3x8 from 'x'
     written at: text, line 2
     fix: the longest first: [2, 1]
""".strip().split("\n\n")
