"""What every operator says when its inputs do not fit, word for word, and whether the fix that it offers is one."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import convlens.ops
from convlens.importers.spelled import bind, calls_of, check_limits, make
from convlens.ir.errors import ShapeError
from convlens.ir.op import Op
from convlens.ir.spec import TensorSpec
from convlens.ir.text import parse
from convlens.ops.conv import Conv
from convlens.ops.conv_transpose import ConvTranspose
from convlens.ops.max_pool import MaxPool
from convlens.passes.facts import facts
from tests.ops import messages_indexing, messages_sequence
from tests.strategies import cases, ints

OPS = Path(convlens.ops.__file__).parent

MESSAGES = r"""
input x: 1x3x8x8
c = conv(x, out=4, kernel=9x9)
=> conv 'c': on spatial axis 0 a kernel of 9 covers 9, but the input 1x3x8x8 padded by 0+0 is 8 wide
     input: 1x3x8x8 from 'x'
     written at: text, line 2
     fix: kernel 8, padding 1 on each side or an input of at least 9

input x: 1x3x8x8
c = conv(x, out=4, kernel=5x5, dilation=3)
=> conv 'c': on spatial axis 0 a kernel of 5 with dilation 3 covers 13, but the input 1x3x8x8 padded by 0+0 is 8 wide
     input: 1x3x8x8 from 'x'
     written at: text, line 2
     fix: kernel 3, dilation 1, padding 3 on each side or an input of at least 13

input x: 1x3x8x8
c = conv(x, out=4, kernel=3x3, groups=2)
=> conv 'c': groups=2 does not divide the 3 input channels
     input: 1x3x8x8 from 'x'
     written at: text, line 2
     fix: groups=1

input x: 1x6x8x8
c = conv(x, out=4, kernel=3x3, groups=3)
=> conv 'c': groups=3 does not divide the 4 output channels
     input: 1x6x8x8 from 'x'
     written at: text, line 2
     fix: groups one of 1, 2

input x: 3x8
c = conv(x, out=4, kernel=3x3)
=> conv 'c': kernel has 2 spatial axes, so the input must have 4 axes (N, C, space), or 3 without a batch; the input 3x8 has 2
     input: 3x8 from 'x'
     written at: text, line 2
     fix: kernel=3, or another input

input x: 8
c = conv(x, out=4, kernel=3x3)
=> conv 'c': kernel has 2 spatial axes, so the input must have 4 axes (N, C, space), or 3 without a batch; the input 8 has 1
     input: 8 from 'x'
     written at: text, line 2

input x: 1x3x4x4
c = conv(x, out=4, kernel=3x3, padding=4, padding_mode=reflect)
=> conv 'c': padding 4 with padding_mode='reflect' needs more pixels than the 4 on spatial axis 0
     input: 1x3x4x4 from 'x'
     written at: text, line 2
     fix: padding of at most 3, or padding_mode='zeros'

input x: 1x3x4x4
c = conv(x, out=4, kernel=3x3, padding=-2:-2)
=> conv 'c': on spatial axis 0 a kernel of 3 covers 3, but the input 1x3x4x4 padded by -2+-2 is 0 wide
     input: 1x3x4x4 from 'x'
     written at: text, line 2
     fix: padding 0 on each side or an input of at least 7

input x: 1x3x4x4
c = conv_transpose(x, out=4, kernel=1x1, padding=3)
=> conv_transpose 'c': spatial axis 0 would be -2 long: (4-1)*1 - 6 + 1 + 0
     input: 1x3x4x4 from 'x'
     written at: text, line 2
     fix: padding of at most 1 on each side

input x: 1x3x4x4
c = conv_transpose(x, out=4, kernel=3x3, stride=2, output_padding=2)
=> conv_transpose 'c': output_padding 2 on spatial axis 0 must be below stride 2 or dilation 1
     input: 1x3x4x4 from 'x'
     written at: text, line 2
     fix: output_padding of at most 1

input x: 1x3x4x4
c = max_pool(x, kernel=7x7)
=> max_pool 'c': on spatial axis 0 a kernel of 7 covers 7, but the input 1x3x4x4 padded by 0+0 is 4 wide
     input: 1x3x4x4 from 'x'
     written at: text, line 2
     fix: kernel 4, padding 2 on each side or an input of at least 7

input x: 1x3x4x4
c = add(x, x, x)
=> add 'c': takes 1 to 2 inputs, but was given 3
     input: 1x3x4x4 from 'x'
     input: 1x3x4x4 from 'x'
     input: 1x3x4x4 from 'x'
     written at: text, line 2

input x: 1x3x4x4
input y: 1x3x5x4
c = add(x, y)
=> add 'c': the shapes 1x3x4x4 and 1x3x5x4 do not match at axis 2: 4 against 5
     input: 1x3x4x4 from 'x'
     input: 1x3x5x4 from 'y'
     written at: text, line 3
     fix: give both inputs the same size there, or size 1 to one of them

input x: 1x3x4x4
input y: 1x3x5x5
c = concat(x, y)
=> concat 'c': the inputs 1x3x4x4, 1x3x5x5 differ in more than axis 1
     input: 1x3x4x4 from 'x'
     input: 1x3x5x5 from 'y'
     written at: text, line 3
     fix: pad, crop or resize them to 1x4x4 outside axis 1

input x: 1x3x4x4
c = concat(x, axis=7)
=> concat 'c': axis 7 is not one of the 4 axes of 1x3x4x4
     input: 1x3x4x4 from 'x'
     written at: text, line 2
     fix: an axis from -4 to 3

input x: 1x3x4
c = expand(x, shape=[3, 4])
=> expand 'c': 1x3x4 cannot be expanded to [3, 4]
     input: 1x3x4 from 'x'
     written at: text, line 2
     fix: a shape of at least as many axes

input x: 1x3x4
c = expand(x, shape=[2, 2, 4])
=> expand 'c': 1x3x4 cannot be expanded to 2x2x4: only axes of size 1 are repeated
     input: 1x3x4 from 'x'
     written at: text, line 2
     fix: -1 where a size is to stay

input x: 1x3x4
c = flatten(x, start=2, end=1)
=> flatten 'c': axes 2 to 1 are not a range of the 3 axes of 1x3x4
     input: 1x3x4 from 'x'
     written at: text, line 2
     fix: axes from -3 to 2

input x: 1x3x4
c = group_norm(x, groups=2)
=> group_norm 'c': groups=2 does not divide the 3 channels
     input: 1x3x4 from 'x'
     written at: text, line 2
     fix: groups=1

input x: 3
c = group_norm(x, groups=1)
=> group_norm 'c': needs an input of at least 2 axes (N, C); the input 3 has 1
     input: 3 from 'x'
     written at: text, line 2

input x: 1x3x4x4
c = interpolate(x)
=> interpolate 'c': needs either size or scale
     input: 1x3x4x4 from 'x'
     written at: text, line 2
     fix: one of the two

input x: 1x3x4x4
c = interpolate(x, size=[3], mode=linear)
=> interpolate 'c': mode 'linear' with 2 sizes does not fit the 2 spatial axes of 1x3x4x4
     input: 1x3x4x4 from 'x'
     written at: text, line 2
     fix: one size for each spatial axis, and linear, bilinear or trilinear for 1, 2 or 3 of them

input x: 1x3x4x4
c = interpolate(x, scale=[0.1])
=> interpolate 'c': the output would be 0x0
     input: 1x3x4x4 from 'x'
     written at: text, line 2
     fix: a larger size or scale

input x: 1x3x4
c = layer_norm(x, shape=[3])
=> layer_norm 'c': normalises over the last axes 3, but the input 1x3x4 ends with 4
     input: 1x3x4 from 'x'
     written at: text, line 2
     fix: shape=[4]

input x: scalar
c = linear(x, out=3)
=> linear 'c': needs an input of at least one axis; the input is a scalar
     input: scalar from 'x'
     written at: text, line 2

input x: 1x3
c = local_response_norm(x, channels=3)
=> local_response_norm 'c': needs an input of at least 3 axes (N, C, space); the input 1x3 has 2
     input: 1x3 from 'x'
     written at: text, line 2

input x: 1x3
c = log_softmax(x, axis=2)
=> log_softmax 'c': axis 2 is not one of the 2 axes of 1x3
     input: 1x3 from 'x'
     written at: text, line 2
     fix: axis from -2 to 1

input x: 1x3
input y: 4x2
c = matmul(x, y)
=> matmul 'c': the inner sizes differ: 1x3 has 3 columns, 4x2 has 4 rows
     input: 1x3 from 'x'
     input: 4x2 from 'y'
     written at: text, line 3
     fix: transpose one of them, or make them equal

input x: 1x3
input y: scalar
c = matmul(x, y)
=> matmul 'c': cannot multiply a scalar: the inputs are 1x3 and scalar
     input: 1x3 from 'x'
     input: scalar from 'y'
     written at: text, line 3

input x: 1x3
c = pad(x, before=[1], after=[1, 2])
=> pad 'c': 1 and 2 pads for the 2 axes of 1x3
     input: 1x3 from 'x'
     written at: text, line 2
     fix: one pair for each axis

input x: 1x3
c = pad(x, before=[0], after=[-3])
=> pad 'c': axis 1 of 1x3 would be 0 long
     input: 1x3 from 'x'
     written at: text, line 2
     fix: crop less

input x: 1x3
c = pad(x, before=[5], after=[-4])
=> pad 'c': 4 values are cropped from axis 1 of 1x3
     input: 1x3 from 'x'
     written at: text, line 2
     fix: crop less

input x: 1x3
c = pad(x, before=[3], after=[0], mode=reflect)
=> pad 'c': 3 values with mode='reflect' need more than the 3 on axis 1 of 1x3
     input: 1x3 from 'x'
     written at: text, line 2
     fix: at most 2, or mode='constant'

input x: 1x3
c = permute(x, order=[0, 0])
=> permute 'c': the order [0, 0] does not name each of the 2 axes of 1x3 once
     input: 1x3 from 'x'
     written at: text, line 2
     fix: an order of the axes 0 to 1

input x: 1x6x4x4
c = pixel_shuffle(x, factor=2)
=> pixel_shuffle 'c': 6 channels are not a multiple of factor**2 = 4
     input: 1x6x4x4 from 'x'
     written at: text, line 2
     fix: 8 channels

input x: 6x4
c = pixel_shuffle(x, factor=2)
=> pixel_shuffle 'c': needs an input of at least 3 axes (C, H, W); the input 6x4 has 2
     input: 6x4 from 'x'
     written at: text, line 2

input x: 1x6x5x4
c = pixel_unshuffle(x, factor=2)
=> pixel_unshuffle 'c': 5x4 pixels are not a multiple of factor 2
     input: 1x6x5x4 from 'x'
     written at: text, line 2
     fix: an input of 6x4

input x: 4x4
c = pixel_unshuffle(x, factor=2)
=> pixel_unshuffle 'c': needs an input of at least 3 axes (C, H, W); the input 4x4 has 2
     input: 4x4 from 'x'
     written at: text, line 2

input x: 1x6x5x4
c = prelu(x, slopes=4)
=> prelu 'c': 4 slopes for 6 channels
     input: 1x6x5x4 from 'x'
     written at: text, line 2
     fix: slopes=1 or slopes=6

input x: 1x6
c = reduce(x, function=sum, over=[2])
=> reduce 'c': axis 2 is not one of the 2 axes of 1x6
     input: 1x6 from 'x'
     written at: text, line 2
     fix: axes from -2 to 1

input x: 1x6
c = reduce(x, function=sum, over=[1, -1])
=> reduce 'c': the axes [1, -1] of 1x6 name one axis twice
     input: 1x6 from 'x'
     written at: text, line 2
     fix: each axis once

input x: 1x6
c = reduce(x, function=argmax, over=[0, 1])
=> reduce 'c': argmax takes one axis, but is given 2
     input: 1x6 from 'x'
     written at: text, line 2
     fix: one axis, or flatten them first

input x: 1x6
c = reshape(x, shape=[-1, -1])
=> reshape 'c': the shape [-1, -1] has 2 free sizes
     input: 1x6 from 'x'
     written at: text, line 2
     fix: at most one -1

input x: 1x6
c = reshape(x, shape=[4])
=> reshape 'c': 6 values (1x6) do not fit the shape [4], which holds 4
     input: 1x6 from 'x'
     written at: text, line 2
     fix: [1, -1]

input x: 1x6
c = reshape(x, shape=[4, -1])
=> reshape 'c': 6 values (1x6) do not fit the shape [4, -1], which needs a multiple of 4
     input: 1x6 from 'x'
     written at: text, line 2
     fix: [1, -1]

input x: 1x6
c = slice(x, on=[0, 1], starts=[0], stops=[1])
=> slice 'c': 2 axes, 1 starts, 1 stops and 2 steps
     input: 1x6 from 'x'
     written at: text, line 2
     fix: as many of each

input x: 1x6
c = slice(x, on=[0], starts=[0], stops=[1], steps=[0])
=> slice 'c': a step is 0
     input: 1x6 from 'x'
     written at: text, line 2
     fix: a step of 1

input x: 1x6
c = slice(x, on=[1, -1], starts=[0, 0], stops=[1, 1])
=> slice 'c': the axes [1, -1] name one axis twice
     input: 1x6 from 'x'
     written at: text, line 2
     fix: each axis once

input x: 1x6
c = slice(x, on=[4], starts=[0], stops=[1])
=> slice 'c': axis 4 is not one of the 2 axes of 1x6
     input: 1x6 from 'x'
     written at: text, line 2
     fix: an axis from -2 to 1

input x: 1x6
c = softmax(x, axis=4)
=> softmax 'c': axis 4 is not one of the 2 axes of 1x6
     input: 1x6 from 'x'
     written at: text, line 2
     fix: axis from -2 to 1

input x: 1x6
c = split(x, axis=1, sizes=[2, 2])
=> split 'c': 2 + 2 make 4, but axis 1 of 1x6 is 6 long
     input: 1x6 from 'x'
     written at: text, line 2
     fix: sizes that make 6

input x: 6
c = batch_norm(x)
=> batch_norm 'c': needs an input of at least 2 axes (N, C); the input 6 has 1
     input: 6 from 'x'
     written at: text, line 2

input x: 1x6
input y: 1x4
c = update(x, y, on=[1], starts=[0], stops=[3])
=> update 'c': the value 1x4 does not fit the part 1x3 of 1x6
     input: 1x6 from 'x'
     input: 1x4 from 'y'
     written at: text, line 3
     fix: a value of 1x3

input x: 1x3x8x8
input y: 4x2x3x3
c = conv(x, y, out=4, kernel=3x3)
=> conv 'c': its weight is 4x2x3x3, but the input 1x3x8x8 needs 4x3x3x3
     input: 1x3x8x8 from 'x'
     input: 4x2x3x3 from 'y'
     written at: text, line 3
     fix: a weight of 4x3x3x3, or another input

input x: 1x6
c = relu(x)
output c[1]
=> output 'c[1]': 'c[1]' is output 1 of 'c', which has 1, counted from 0
     fix: 'c' alone

input x: 1x4x8x8
c = conv(x, out=4, kernel=3x3, padding=9, padding_mode=circular)
=> conv 'c': padding 9 with padding_mode='circular' needs more pixels than the 8 on spatial axis 0
     input: 1x4x8x8 from 'x'
     written at: text, line 2
     fix: padding of at most 8, or padding_mode='zeros'

input x: 6x3
c = instance_norm(x, space=3)
=> instance_norm 'c': space=3 needs an input of 5 axes (N, C, space), or 4 without a batch; the input 6x3 has 2
     input: 6x3 from 'x'
     written at: text, line 2
     fix: an input with N, C and space

input x: 6
c = instance_norm(x)
=> instance_norm 'c': needs an input of at least 2 axes (N, C); the input 6 has 1
     input: 6 from 'x'
     written at: text, line 2

input x: 1x3x4
c = expand(x, shape=[1, 2, 4])
=> expand 'c': 1x3x4 cannot be expanded to 1x2x4: only axes of size 1 are repeated
     input: 1x3x4 from 'x'
     written at: text, line 2
     fix: -1 where a size is to stay

input x: 1x5x8
c = glu(x, axis=1)
=> glu 'c': axis 1 of 1x5x8 is 5 long, which has no two equal halves
     input: 1x5x8 from 'x'
     written at: text, line 2
     fix: a size of 6 there, or another axis

input x: 1x64x2x2
input indices: 1x64x2x1
c = max_unpool(x, indices, kernel=2x2)
=> max_unpool 'c': the indices 1x64x2x1 and the values 1x64x2x2 differ
     input: 1x64x2x2 from 'x'
     input: 1x64x2x1 from 'indices'
     written at: text, line 3
     fix: indices of 1x64x2x2

input x: 1x64x2x2
c = max_unpool(x, x, kernel=2x2, size=[4])
=> max_unpool 'c': size has 1 entries for 2 spatial axes
     input: 1x64x2x2 from 'x'
     input: 1x64x2x2 from 'x'
     written at: text, line 2
     fix: 2 entries

input x: 1x64x2x2
c = max_unpool(x, x, kernel=2x2, size=[4, 7])
=> max_unpool 'c': size 7 on spatial axis 1, but a pooling that makes 1x64x2x2 reads 3 to 5 pixels there
     input: 1x64x2x2 from 'x'
     input: 1x64x2x2 from 'x'
     written at: text, line 2
     fix: a size from 3 to 5

input x: 1x64x2x2
c = max_unpool(x, x, kernel=1x1, padding=2)
=> max_unpool 'c': the padding leaves -2 pixels of spatial axis 0 of the output
     input: 1x64x2x2 from 'x'
     input: 1x64x2x2 from 'x'
     written at: text, line 2
     fix: less padding

input x: 1x3x8x8
c = quantize(x, scale=[0.5, 0.25])
=> quantize 'c': 2 scales for axis 1 of the input 1x3x8x8, which has 3
     input: 1x3x8x8 from 'x'
     written at: text, line 2
     fix: one scale, or 3

input x: 1x3x8x8
c = fractional_max_pool(x, kernel=2x2, size=[4, 4, 4])
=> fractional_max_pool 'c': size or ratio has 3 entries for 2 spatial axes
     input: 1x3x8x8 from 'x'
     written at: text, line 2
     fix: 1 or 2 entries

input x: 1x3x8x8
c = fractional_max_pool(x, kernel=3x3, size=[4, 7])
=> fractional_max_pool 'c': 7 windows of 3 do not fit spatial axis 1 of the input 1x3x8x8, which is 8 wide
     input: 1x3x8x8 from 'x'
     written at: text, line 2
     fix: a size from 1 to 6

input x: 1x3x2x8
c = fractional_max_pool(x, kernel=3x3, size=[1, 1])
=> fractional_max_pool 'c': 1 windows of 3 do not fit spatial axis 0 of the input 1x3x2x8, which is 2 wide
     input: 1x3x2x8 from 'x'
     written at: text, line 2
     fix: kernel of at most 2

input x: 1x3
input y: 1x4
c = stack(x, y)
=> stack 'c': the inputs 1x3, 1x4 differ in shape
     input: 1x3 from 'x'
     input: 1x4 from 'y'
     written at: text, line 3
     fix: all of them 1x3

input x: 1x3
c = stack(x, x, axis=3)
=> stack 'c': a new axis 3 has no place among the axes of 1x3
     input: 1x3 from 'x'
     input: 1x3 from 'x'
     written at: text, line 2
     fix: an axis from -3 to 2

input x: 1x3
c = unsqueeze(x, at=[0, -4])
=> unsqueeze 'c': the new axes [0, -4] of 1x3 are not different places among 4
     input: 1x3 from 'x'
     written at: text, line 2
     fix: places from -4 to 3, each once

input x: 1x3x8x8
c = roll(x, shifts=[1, 2], over=[2])
=> roll 'c': 2 shifts for the axes [2]
     input: 1x3x8x8 from 'x'
     written at: text, line 2
     fix: one shift for each axis

input x: 1x3x8x8
c = roll(x, shifts=[1, 2])
=> roll 'c': 2 shifts for all axes as one
     input: 1x3x8x8 from 'x'
     written at: text, line 2
     fix: one shift for each axis

input x: 1x3x8x8
c = flip(x, over=[3, -1])
=> flip 'c': the axes [3, -1] of 1x3x8x8 name one axis twice
     input: 1x3x8x8 from 'x'
     written at: text, line 2
     fix: each axis once

input x: 1x4
c = channel_shuffle(x, groups=2)
=> channel_shuffle 'c': needs an input of at least 3 axes (N, C, space); the input 1x4 has 2
     input: 1x4 from 'x'
     written at: text, line 2

input x: 1x5x8x8
c = channel_shuffle(x, groups=2)
=> channel_shuffle 'c': groups=2 does not divide the 5 channels of 1x5x8x8
     input: 1x5x8x8 from 'x'
     written at: text, line 2
     fix: 6 channels, or groups=1

input x: 1x6400
c = unflatten(x, axis=1, sizes=[256, 5, 6])
=> unflatten 'c': axis 1 of 1x6400 is 6400 long, which does not make the sizes [256, 5, 6]
     input: 1x6400 from 'x'
     written at: text, line 2
     fix: sizes whose product is 6400, or one of them -1

input x: 1x197x768
c = rms_norm(x, shape=[512])
=> rms_norm 'c': normalises over the last axes 512, but the input 1x197x768 ends with 768
     input: 1x197x768 from 'x'
     written at: text, line 2
     fix: shape=[768]

input v: 64x3x7x7
input g: 64x1x1
c = weight_norm(v, g)
=> weight_norm 'c': the lengths 64x1x1 do not fit the direction 64x3x7x7, which has 64x1x1x1 of them
     input: 64x3x7x7 from 'v'
     input: 64x1x1 from 'g'
     written at: text, line 3
     fix: lengths of 64x1x1x1

input x: 1x8
c = topk(x, k=9)
=> topk 'c': k=9, but axis 1 of 1x8 has 8 values
     input: 1x8 from 'x'
     written at: text, line 2
     fix: k from 0 to 8

input x: 1x8
c = kthvalue(x, k=0)
=> kthvalue 'c': k=0, but axis 1 of 1x8 has 8 values
     input: 1x8 from 'x'
     written at: text, line 2
     fix: k from 1 to 8

input x: 4
c = cdist(x, x)
=> cdist 'c': needs two inputs of at least 2 axes (rows, values); they are 4 and 4
     input: 4 from 'x'
     input: 4 from 'x'
     written at: text, line 2

input x: 3x4
input y: 5x2
c = cdist(x, y)
=> cdist 'c': the rows of 3x4 have 4 values, those of 5x2 2
     input: 3x4 from 'x'
     input: 5x2 from 'y'
     written at: text, line 3
     fix: rows of equal length

input x: 4x3
c = cross(x, x, axis=0)
=> cross 'c': the vectors of 4x3 and 4x3 do not have 3 values along axis 0
     input: 4x3 from 'x'
     input: 4x3 from 'x'
     written at: text, line 2
     fix: inputs of equally many axes, 3 long along one of them

input x: 4x2
c = cross(x, x)
=> cross 'c': the vectors of 4x2 and 4x2 do not have 3 values along any axis
     input: 4x2 from 'x'
     input: 4x2 from 'x'
     written at: text, line 2
     fix: inputs of equally many axes, 3 long along one of them

input x: 1x3x8x8
c = interpolate(x, scale=[inf, 1.0])
=> interpolate 'c': scale inf, 1.0 is not a finite number
     input: 1x3x8x8 from 'x'
     written at: text, line 2
     fix: a scale such as 2
""".strip().split("\n\n")
MESSAGES += messages_sequence.MESSAGES + messages_indexing.MESSAGES


def network(snapshot: str) -> str:
    lines = snapshot.partition("\n=> ")[0]
    return lines if "\noutput " in lines else f"{lines}\noutput c"


@pytest.mark.parametrize("snapshot", MESSAGES, ids=lambda text: re.split(r"\n=> ", text)[1].splitlines()[0][:60])
def test_message(snapshot: str) -> None:
    graph = parse(network(snapshot))
    assert str(facts(graph).error).replace("\n", "\n   ") == snapshot.partition("\n=> ")[2]


LIMITS = [
    ("Conv2d", {"in_channels": 3, "out_channels": 4, "kernel_size": 3, "stride": 2, "padding": "same"}, (1, 3, 8, 8),
     "padding='same' with stride 2: PyTorch allows 'same' only with stride 1\n  fix: padding=(1, 1)"),
    ("MaxPool2d", {"kernel_size": 3, "padding": 2}, (1, 3, 8, 8),
     "padding 2 is more than half of the kernel 3; PyTorch refuses this\n  fix: padding of at most 1"),
    ("AvgPool3d", {"kernel_size": 3, "padding": 1}, (1, 3, 2, 8, 8),
     "on spatial axis 0 the kernel 3 is larger than the unpadded 2; PyTorch refuses this\n"
     "  fix: kernel of at most 2"),
    ("BatchNorm2d", {"num_features": 3}, (1, 3, 8),
     "2 spatial axes need an input of 4 axes (N, C, space); the input 1x3x8 has 3\n  fix: BatchNorm1d"),
    ("BatchNorm1d", {"num_features": 3, "track_running_stats": False}, (1, 3),
     "the input 1x3 has one value a channel, so its own statistics say nothing; PyTorch refuses this\n"
     "  fix: track_running_stats=True, or a larger input"),
    ("InstanceNorm1d", {"num_features": 3}, (1, 3, 1),
     "the input 1x3x1 has one pixel a channel, which normalises to 0; PyTorch refuses this\n"
     "  fix: track_running_stats=True, or a larger input"),
    ("GroupNorm", {"num_groups": 3, "num_channels": 3}, (1, 3),
     "the input 1x3 has one value in each of the 3 groups, which normalises to 0; PyTorch refuses this\n"
     "  fix: fewer groups, or a larger input"),
    ("Dropout1d", {}, (1, 3, 8, 8),
     "Dropout1d needs an input of 3 axes (N, C, L), or 2 without a batch; the input 1x3x8x8 has 4\n  fix: Dropout2d"),
    ("Softmax2d", {}, (3, 8),
     "Softmax2d needs an input of 4 axes (N, C, H, W), or 3 without a batch; the input 3x8 has 2\n  fix: Softmax(dim=1)"),
    ("ReflectionPad2d", {"padding": 1}, (3, 8),
     "mode='reflect' pads the 2 spatial axes of an input of 4 axes (N, C, space), or 3 without a batch, not 2 pairs for 3x8\n"
     "  fix: 2 pairs, and an input of 4 axes"),
    ("Upsample", {"scale_factor": 2, "align_corners": True}, (1, 3, 8, 8),
     "align_corners with mode 'nearest': PyTorch allows it only with linear, bilinear, bicubic and trilinear\n"
     "  fix: align_corners=None, or another mode"),
    ("Unfold", {"kernel_size": (3, 3, 3)}, (1, 3, 8, 8, 8),
     "3 spatial axes; PyTorch's unfold and fold take 2\n  fix: 2 spatial axes"),
    ("FractionalMaxPool3d", {"kernel_size": 2, "output_size": 3}, (1, 3, 4, 4, 4),
     "on spatial axis 0 3 windows of 2 leave no choice among 4 pixels; PyTorch refuses this\n"
     "  fix: an input of at least 5"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kwargs", "shape", "expected"), LIMITS, ids=[row[0] for row in LIMITS])
def test_what_only_pytorch_refuses(call: str, kwargs: dict, shape: tuple[int, ...], expected: str) -> None:
    with pytest.raises(ShapeError) as caught:
        limited(call, kwargs, shape)
    assert str(caught.value) == expected


def limited(call: str, kwargs: dict, shape: tuple[int, ...]) -> None:
    entry = calls_of("torch.nn")[call]
    check_limits(entry, make(entry, bind(entry.spelling, (), kwargs, entry.axes).settings), (TensorSpec(shape),))


@cache
def raising_lines() -> set[tuple[str, int]]:
    """Every place in the operators that raises a `ShapeError`, by file and line."""
    return {
        (path.name, line)
        for path in OPS.glob("*.py")
        for statement in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(statement, ast.Raise) and "Setting" not in ast.unparse(statement)
        for line in [statement.lineno]
    }


def raised_at(error: ShapeError) -> tuple[str, int]:
    trace = error.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    path = Path(trace.tb_frame.f_code.co_filename)
    lines = [line for name, line in raising_lines() if name == path.name and line <= trace.tb_lineno]
    return path.name, max(lines, default=0)


def test_every_place_that_raises_has_its_message_here() -> None:
    seen = set()
    for snapshot in MESSAGES:
        graph = parse(network(snapshot))
        try:
            node = graph.nodes[0]
            node.op.infer(
                tuple(item.spec for item in graph.inputs)[: len(node.inputs)] * (1 if len(graph.inputs) > 1 else len(node.inputs))
            )
        except ShapeError as error:
            seen.add(raised_at(error))
    for call, kwargs, shape, _ in LIMITS:
        with pytest.raises(ShapeError) as caught:
            limited(call, kwargs, shape)
        seen.add(raised_at(caught.value))
    assert raising_lines() - seen == set()


def fixes(op: Op, size: int) -> dict[str, int]:
    """The settings that the refusal offers, by name."""
    with pytest.raises(ShapeError) as caught:
        op.infer((TensorSpec((1, 4, size)),))
    return {name: int(value) for name, value in re.findall(r"(kernel|dilation|padding) (?:of at most )?(\d+)", caught.value.fix)}


@cases(150)
@given(st.sampled_from([Conv, MaxPool]), ints(1, 6), ints(2, 9), ints(1, 4), ints(0, 2))
def test_each_setting_offered_for_a_kernel_that_does_not_fit_is_legal(
    kind: type[Op], size: int, kernel: int, dilation: int, pad: int
) -> None:
    settings = {"kernel": (kernel,), "dilation": dilation, "padding": pad, **({"out": 4} if kind is Conv else {})}
    if dilation * (kernel - 1) + 1 <= size + 2 * pad:
        return
    offered = fixes(kind(**settings), size)
    assert {"kernel", "padding"} <= offered.keys()
    for name, value in offered.items():
        fixed = settings | {name: (value,) if name == "kernel" else value}
        assert kind(**fixed).infer((TensorSpec((1, 4, size)),)), fixed


@cases(100)
@given(ints(1, 12), ints(1, 12), ints(2, 9))
def test_each_group_count_offered_is_legal(channels: int, out: int, groups: int) -> None:
    x = (TensorSpec((1, channels, 8)),)
    try:
        Conv(out=out, kernel=(1,), groups=groups).infer(x)
    except ShapeError as error:
        for offered in map(int, re.findall(r"\d+", error.fix)):
            assert Conv(out=out, kernel=(1,), groups=offered).infer(x)


@cases(100)
@given(ints(1, 4), ints(1, 3), ints(1, 3), ints(1, 9))
def test_the_padding_offered_for_a_transposed_convolution_is_legal(size: int, kernel: int, stride: int, pad: int) -> None:
    op = ConvTranspose(out=4, kernel=(kernel,), stride=stride, padding=pad)
    try:
        op.infer((TensorSpec((1, 4, size)),))
    except ShapeError as error:
        offered = int(re.search(r"at most (\d+)", error.fix)[1])
        assert ConvTranspose(out=4, kernel=(kernel,), stride=stride, padding=offered).infer((TensorSpec((1, 4, size)),))


@pytest.mark.parametrize("mode", ["reflect", "circular"])
@pytest.mark.parametrize("size", [2, 3, 5])
def test_the_padding_offered_for_a_padding_mode_is_legal(mode: str, size: int) -> None:
    offered = fixes(Conv(out=4, kernel=(1,), padding=9, padding_mode=mode), size)["padding"]
    x = (TensorSpec((1, 4, size)),)
    assert Conv(out=4, kernel=(1,), padding=offered, padding_mode=mode).infer(x)
    with pytest.raises(ShapeError):
        Conv(out=4, kernel=(1,), padding=offered + 1, padding_mode=mode).infer(x)
