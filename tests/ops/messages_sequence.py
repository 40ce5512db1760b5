"""What the operators of sequences, of picking and of transforms say; read by test_messages."""

MESSAGES = r"""
input x: 2x7
c = embedding(x, count=10, width=8)
=> embedding 'c': its indices 2x7 are float32; they must be whole numbers
     input: 2x7 from 'x'
     written at: text, line 2
     fix: a dtype of int64

input x: 2x7: int64
input y: 9x8
c = embedding(x, y, count=10, width=8)
=> embedding 'c': its table is 9x8, but count=10 and width=8
     input: 2x7 from 'x'
     input: 9x8 from 'y'
     written at: text, line 3
     fix: a table of 10x8

input x: 8
input y: 2x8
input z: 2x8
c = scaled_dot_product_attention(x, y, z)
=> scaled_dot_product_attention 'c': the query 8 needs at least 2 axes (positions and values); it has 1
     input: 8 from 'x'
     input: 2x8 from 'y'
     input: 2x8 from 'z'
     written at: text, line 4

input x: 4x8
input y: 4x8
input z: 4x8
c = scaled_dot_product_attention(x, y, z, gqa=true)
=> scaled_dot_product_attention 'c': the query 4x8 needs at least 3 axes (heads, positions and values); it has 2
     input: 4x8 from 'x'
     input: 4x8 from 'y'
     input: 4x8 from 'z'
     written at: text, line 4

input x: 2x4x8
input y: 2x5x6
input z: 2x5x6
c = scaled_dot_product_attention(x, y, z)
=> scaled_dot_product_attention 'c': a query has 8 values and a key 6: 2x4x8 against 2x5x6
     input: 2x4x8 from 'x'
     input: 2x5x6 from 'y'
     input: 2x5x6 from 'z'
     written at: text, line 4
     fix: as many values in both

input x: 2x4x8
input y: 2x5x8
input z: 2x6x8
c = scaled_dot_product_attention(x, y, z)
=> scaled_dot_product_attention 'c': 5 keys for 6 values: 2x5x8 against 2x6x8
     input: 2x4x8 from 'x'
     input: 2x5x8 from 'y'
     input: 2x6x8 from 'z'
     written at: text, line 4
     fix: one value for each key

input x: 4x5x8
input y: 3x5x8
input z: 3x5x8
c = scaled_dot_product_attention(x, y, z, gqa=true)
=> scaled_dot_product_attention 'c': the 3 heads of the key do not divide the 4 heads of the query
     input: 4x5x8 from 'x'
     input: 3x5x8 from 'y'
     input: 3x5x8 from 'z'
     written at: text, line 4
     fix: a number of heads that divides 4

input x: 4x5x8
input y: 4x5x8
input z: 4x5x8
input m: 5x5
c = scaled_dot_product_attention(x, y, z, m, causal=true)
=> scaled_dot_product_attention 'c': both a mask and causal=true are given
     input: 4x5x8 from 'x'
     input: 4x5x8 from 'y'
     input: 4x5x8 from 'z'
     input: 5x5 from 'm'
     written at: text, line 5
     fix: one of the two

input x: 4x5x8
input y: 4x5x8
input z: 4x5x8
input m: 5x4
c = scaled_dot_product_attention(x, y, z, m)
=> scaled_dot_product_attention 'c': the mask 5x4 does not broadcast to the scores 4x5x5
     input: 4x5x8 from 'x'
     input: 4x5x8 from 'y'
     input: 4x5x8 from 'z'
     input: 5x4 from 'm'
     written at: text, line 5
     fix: a mask of 4x5x5

input x: 4x5
c = einsum(x, equation="ij,jk->ik")
=> einsum 'c': 'ij,jk->ik' is for 2 inputs, but there are 1
     input: 4x5 from 'x'
     written at: text, line 2
     fix: one group of letters for each

input x: 4x5
c = einsum(x, equation="ijk->k")
=> einsum 'c': 'ijk' of 'ijk->k' names 3 axes, but its input has 2
     input: 4x5 from 'x'
     written at: text, line 2
     fix: a letter for each axis

input x: 4x5
c = einsum(x, equation="i1->i")
=> einsum 'c': '1' in 'i1->i' is no letter
     input: 4x5 from 'x'
     written at: text, line 2
     fix: letters, commas, one '->' and '...'

input x: 4x5
c = einsum(x, equation="ij->k")
=> einsum 'c': 'k' of the output of 'ij->k' is in no input
     input: 4x5 from 'x'
     written at: text, line 2
     fix: letters of the inputs

input x: 4x5
c = einsum(x, equation="ij->ii")
=> einsum 'c': 'i' is twice in the output of 'ij->ii'
     input: 4x5 from 'x'
     written at: text, line 2
     fix: each letter once

input x: 4x5
c = einsum(x, equation="ii->i")
=> einsum 'c': index 'i' is both 4 and 5 in one input
     input: 4x5 from 'x'
     written at: text, line 2
     fix: equal sizes on a diagonal

input x: 4x5
c = einsum(x, x, equation="ij,jk->ik")
=> einsum 'c': index 'j' is both 5 and 4
     input: 4x5 from 'x'
     input: 4x5 from 'x'
     written at: text, line 2
     fix: one size for each letter

input x: 8
c = lstm(x, hidden=4)
=> lstm 'c': needs an input of 3 axes (steps, N, values), or 2 without a batch; the input 8 has 1
     input: 8 from 'x'
     written at: text, line 2

input x: 10x4x8
c = lstm(x, hidden=4, projection=4)
=> lstm 'c': projection 4 is not smaller than hidden 4
     input: 10x4x8 from 'x'
     written at: text, line 2
     fix: a projection of at most 3

input x: 10x4x8
input y: 2x4x5
c = gru(x, y, hidden=4)
=> gru 'c': its state is 2x4x5, but the input 10x4x8 needs 1x4x4
     input: 10x4x8 from 'x'
     input: 2x4x5 from 'y'
     written at: text, line 3
     fix: a state of 1x4x4

input x: 2x3x8
c = lstm_cell(x, hidden=4)
=> lstm_cell 'c': needs an input of 2 axes (N, values), or 1 without a batch; the input 2x3x8 has 3
     input: 2x3x8 from 'x'
     written at: text, line 2

input x: 3x8
input y: 3x5
c = gru_cell(x, y, hidden=4)
=> gru_cell 'c': its state is 3x5, but the input 3x8 needs 3x4
     input: 3x8 from 'x'
     input: 3x5 from 'y'
     written at: text, line 3
     fix: a state of 3x4

input x: 1x2x8x8
input y: 1x2x8x8
c = bilinear(x, y, second=7, out=3)
=> bilinear 'c': the second input 1x2x8x8 has 8 values, not 7
     input: 1x2x8x8 from 'x'
     input: 1x2x8x8 from 'y'
     written at: text, line 3
     fix: second=8

input x: 1x2x8x8
input y: 1x3x8x8
c = bilinear(x, y, second=8, out=3)
=> bilinear 'c': the inputs 1x2x8x8 and 1x3x8x8 differ before the last axis
     input: 1x2x8x8 from 'x'
     input: 1x3x8x8 from 'y'
     written at: text, line 3
     fix: inputs of the same shape but for the last axis

input x: 1x2x8x8
c = fold(x, size=4x4, kernel=2x2)
=> fold 'c': needs an input of 3 axes (N, rows, columns), or 2 without a batch; the input 1x2x8x8 has 4
     input: 1x2x8x8 from 'x'
     written at: text, line 2

input x: 1x6x9
c = fold(x, size=4x4, kernel=2x2)
=> fold 'c': 6 rows are not a multiple of the 4 taps of the kernel
     input: 1x6x9 from 'x'
     written at: text, line 2
     fix: a multiple of 4 rows

input x: 1x8x8
c = fold(x, size=4x4, kernel=2x2)
=> fold 'c': 8 columns, but 3x3 windows fit 4x4
     input: 1x8x8 from 'x'
     written at: text, line 2
     fix: 9 columns

input x: 1x8x8
c = fold(x, size=2x4, kernel=3x3)
=> fold 'c': a window that covers 3 does not fit 2 padded by 0+0
     input: 1x8x8 from 'x'
     written at: text, line 2
     fix: size 3

input x: 1x8
c = sliding_window(x, axis=1, size=9, step=1)
=> sliding_window 'c': a stretch of 9 does not fit axis 1, which is 8 long
     input: 1x8 from 'x'
     written at: text, line 2
     fix: size 8

input x: 3x5
input y: 3x2
c = gather(x, y, axis=1)
=> gather 'c': its indices 3x2 are float32; they must be whole numbers
     input: 3x5 from 'x'
     input: 3x2 from 'y'
     written at: text, line 3
     fix: a dtype of int64

input x: 3x5
input y: 3: int64
c = gather(x, y, axis=1)
=> gather 'c': the input has 2 axes and the indices have 1
     input: 3x5 from 'x'
     input: 3 from 'y'
     written at: text, line 3
     fix: indices of 2 axes

input x: 3x5
input y: 4x2: int64
c = gather(x, y, axis=1)
=> gather 'c': the indices are 4 long on axis 0, where the input has 3
     input: 3x5 from 'x'
     input: 4x2 from 'y'
     written at: text, line 3
     fix: at most 3

input x: 3x5
input y: 3x2: int64
input z: 3x1
c = scatter(x, y, z, axis=1)
=> scatter 'c': the source 3x1 is smaller than the indices 3x2
     input: 3x5 from 'x'
     input: 3x2 from 'y'
     input: 3x1 from 'z'
     written at: text, line 4
     fix: a source of at least 3x2

input x: 3x5
input y: 3x2: int64
input z: 3x2: int64
c = scatter(x, y, z, axis=1)
=> scatter 'c': the source is int64 and the input float32
     input: 3x5 from 'x'
     input: 3x2 from 'y'
     input: 3x2 from 'z'
     written at: text, line 4
     fix: one dtype for both

input x: 1x3x8x8
input y: 1x4x4
c = grid_sample(x, y)
=> grid_sample 'c': needs an image and a grid of 4 axes, or of 5; the input 1x3x8x8 has 4, the grid 1x4x4 3
     input: 1x3x8x8 from 'x'
     input: 1x4x4 from 'y'
     written at: text, line 3

input x: 1x3x8x8
input y: 1x4x4x3
c = grid_sample(x, y)
=> grid_sample 'c': the grid 1x4x4x3 has 3 coordinates for 2 axes
     input: 1x3x8x8 from 'x'
     input: 1x4x4x3 from 'y'
     written at: text, line 3
     fix: a last axis of 2

input x: 2x3x8x8
input y: 1x4x4x2
c = grid_sample(x, y)
=> grid_sample 'c': 2 images and 1 grids
     input: 2x3x8x8 from 'x'
     input: 1x4x4x2 from 'y'
     written at: text, line 3
     fix: a grid for each image

input x: 1x3x8x8
input y: 1x4x4x2: float64
c = grid_sample(x, y)
=> grid_sample 'c': the grid is float64 and the input float32
     input: 1x3x8x8 from 'x'
     input: 1x4x4x2 from 'y'
     written at: text, line 3
     fix: one dtype for both

input x: 1x3x8x8x8
input y: 1x4x4x4x3
c = grid_sample(x, y, mode=bicubic)
=> grid_sample 'c': mode 'bicubic' is for images; the input 1x3x8x8x8 has 3 spatial axes
     input: 1x3x8x8x8 from 'x'
     input: 1x4x4x4x3 from 'y'
     written at: text, line 3
     fix: mode='bilinear'

input x: 1x2x3
c = affine_grid(x, size=[1, 1, 4])
=> affine_grid 'c': size has 3 entries
     input: 1x2x3 from 'x'
     written at: text, line 2
     fix: 4 entries (N, C, height, width), or 5

input x: 1x2x3
c = affine_grid(x, size=[2, 1, 4, 4])
=> affine_grid 'c': theta is 1x2x3, but size needs 2x2x3
     input: 1x2x3 from 'x'
     written at: text, line 2
     fix: one matrix for each image

input x: 3x8x8
input y: 1x18x6x6
c = deform_conv(x, y, out=4, kernel=3x3)
=> deform_conv 'c': the input 3x8x8 has 3 axes; the kernel needs 4 (N, C, space)
     input: 3x8x8 from 'x'
     input: 1x18x6x6 from 'y'
     written at: text, line 3

input x: 1x3x8x8
input y: 1x18x6x6
c = deform_conv(x, y, out=4, kernel=3x3, offset_groups=2)
=> deform_conv 'c': offset_groups=2 does not divide the 3 channels
     input: 1x3x8x8 from 'x'
     input: 1x18x6x6 from 'y'
     written at: text, line 3
     fix: offset_groups=1

input x: 1x3x8x8
input y: 1x18x8x8
c = deform_conv(x, y, out=4, kernel=3x3)
=> deform_conv 'c': its offsets are 1x18x8x8, but the input 1x3x8x8 needs 1x18x6x6
     input: 1x3x8x8 from 'x'
     input: 1x18x8x8 from 'y'
     written at: text, line 3
     fix: offsets of 1x18x6x6

input x: 1x1
c = fft(x, function=irfft)
=> fft 'c': irfft of 1x1 over [-1] with sizes None has no value
     input: 1x1 from 'x'
     written at: text, line 2
     fix: larger sizes

input x: 1x8
c = fft(x, function=fft, over=[0, 0])
=> fft 'c': over [0, 0] with sizes None on 1x8
     input: 1x8 from 'x'
     written at: text, line 2
     fix: each axis once, with one size each

input x: 1x8: complex64
c = fft(x, function=rfft)
=> fft 'c': rfft takes real values; the input 1x8 is complex64
     input: 1x8 from 'x'
     written at: text, line 2
     fix: function=fft

input x: 1x1x400
c = stft(x, length=64, hop=16)
=> stft 'c': needs an input of 2 axes (N, samples), or 1 without a batch; the input 1x1x400 has 3
     input: 1x1x400 from 'x'
     written at: text, line 2

input x: 1x30
c = stft(x, length=64, hop=16)
=> stft 'c': 30 samples cannot be reflected by 32
     input: 1x30 from 'x'
     written at: text, line 2
     fix: at least 33 samples

input x: 1x30
c = stft(x, length=64, hop=16, centred=false)
=> stft 'c': a window of 64 does not fit 30 samples
     input: 1x30 from 'x'
     written at: text, line 2
     fix: length 30

input x: 1x400
input y: 65
c = stft(x, y, length=64, hop=16)
=> stft 'c': the window is 65, but length is 64
     input: 1x400 from 'x'
     input: 65 from 'y'
     written at: text, line 3
     fix: a window of 64

input x: 1x8
c = view_as_real(x)
=> view_as_real 'c': takes complex values; the input 1x8 is float32
     input: 1x8 from 'x'
     written at: text, line 2
     fix: a dtype of complex64

input x: 1x8
c = view_as_complex(x)
=> view_as_complex 'c': takes a last axis of 2 real values; the input 1x8 is float32
     input: 1x8 from 'x'
     written at: text, line 2
     fix: a last axis of 2 of float32
""".strip().split("\n\n")
