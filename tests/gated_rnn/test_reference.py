"""The gated RNN: by hand, against naive loops, and against PyTorch's autograd."""

import itertools
import math
import tracemalloc
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import torch
from caught import caught
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.gated_rnn import GatedRNN, Run, exploding_instance, lyapunov_exponents, oracle
from helpers.numerics import check_close

property_test = settings(deadline=None, max_examples=40)
sizes = st.integers(1, 4)
lengths = st.integers(0, 6)
batches = st.lists(st.integers(1, 3), max_size=2).map(tuple)
seeds = st.integers(0, 2**32 - 1)


def random_instance(m, n, T, *, batch=(), seed=0, scale=1.0):
    """Weights, input, initial state, and the gradient with respect to the states."""
    rng = np.random.default_rng(seed)
    shapes = [(m, n), (m, m), (m, n), (*batch, T, n), (*batch, m), (*batch, T, m)]
    W_c, W_h, W_x, x, h0, g = (rng.normal(size=shape) for shape in shapes)
    return W_c, scale * W_h, W_x, scale * x, h0, g


def row_sum_norm(matrices):
    return np.abs(matrices).sum(axis=-1).max(axis=-1)


class TestByHand:
    def test_one_step(self):
        network = GatedRNN(W_c=[[math.log(3)]], W_h=[[0]], W_x=[[8]])
        run = network.run([[1]], initial_state=[4])
        check_close(run.gates, [[3 / 4]])
        check_close(run.states, [[3 / 4 * 4 + 1 / 4 * 8]])
        check_close(run.trajectory, [[4], [5]])

    def test_gradients_of_one_step(self):
        network = GatedRNN(W_c=[[math.log(3)]], W_h=[[0]], W_x=[[8]])
        gradients = network.vjp(network.run([[1]], initial_state=[4]), [[1]])
        slope = (4 - 8) * 3 / 16
        check_close(gradients.W_c, [[slope]])
        check_close(gradients.W_h, [[slope * 4]])
        check_close(gradients.W_x, [[1 / 4]])
        check_close(gradients.x, [[slope * math.log(3) + 1 / 4 * 8]])
        check_close(gradients.initial_state, [3 / 4])
        check_close(gradients.states, [[1]])

    def test_exploding_instance_multiplies_the_gradient_by_minus_6_every_two_steps(self):
        network, x = exploding_instance(60)
        run = network.run(x)
        np.testing.assert_array_equal(run.gates, 0.5)
        np.testing.assert_array_equal(run.states[:, 0], [1, 0] * 30)
        assert [network.step_jacobian(run, t).item() for t in range(1, 61)] == [-2, 3] * 30
        check_close(network.propagator(run, 0, 60), [[6.0**30]])
        check_close(network.lyapunov_exponents(run), [math.log(6) / 2])

    def test_exploding_instance_has_60_steps_unless_told(self):
        assert exploding_instance()[1].shape == (60, 2)

    def test_exploding_instance_explodes_in_autograd_too(self):
        network, x = exploding_instance(60)
        jacobian = oracle.jacobian(
            lambda h0: oracle.gated_rnn(*map(torch.tensor, weights(network)), torch.tensor(x), h0)[-1], [0]
        )
        check_close(jacobian, [[6.0**30]])


def weights(network):
    return network.W_c, network.W_h, network.W_x


class TestAgainstNaiveLoops:
    def test_run(self):
        W_c, W_h, W_x, x, h0, _ = random_instance(3, 2, 5, batch=(2,))
        run = GatedRNN(W_c, W_h, W_x).run(x, h0)
        for b in range(2):
            h = list(h0[b])
            for t in range(5):
                previous = list(h)
                for i in range(3):
                    a = sum(W_c[i, j] * x[b, t, j] for j in range(2))
                    a += sum(W_h[i, j] * previous[j] for j in range(3))
                    c = 1 / (1 + math.exp(-a))
                    z = sum(W_x[i, j] * x[b, t, j] for j in range(2))
                    h[i] = c * previous[i] + (1 - c) * z
                    check_close(run.gates[b, t, i], c)
                    check_close(run.candidates[b, t, i], z)
                check_close(run.states[b, t], h)

    def test_total_gradients_of_the_states_are_sums_over_all_later_states(self):
        W_c, W_h, W_x, x, h0, g = random_instance(3, 2, 5)
        network = GatedRNN(W_c, W_h, W_x)
        run = network.run(x, h0)
        gradients = network.vjp(run, g)
        for s in range(6):
            total = sum((g[t - 1] @ network.propagator(run, s, t) for t in range(max(s, 1), 6)), np.zeros(3))
            check_close(gradients.states[s - 1] if s else gradients.initial_state, total)


class TestAgainstAutograd:
    @property_test
    @given(m=sizes, n=sizes, T=lengths, batch=batches, seed=seeds, scale=st.sampled_from([0.1, 1.0, 5.0]))
    def test_states_and_every_gradient(self, m, n, T, batch, seed, scale):
        W_c, W_h, W_x, x, h0, g = random_instance(m, n, T, batch=batch, seed=seed, scale=scale)
        network = GatedRNN(W_c, W_h, W_x)
        run = network.run(x, h0)
        states = oracle.value(oracle.gated_rnn, W_c, W_h, W_x, x, h0)
        check_close(run.states, states, name="states", may_be_empty=True)
        expected = oracle.vjp(oracle.gated_rnn, g, W_c, W_h, W_x, x, h0)
        for name, gradient in zip(("W_c", "W_h", "W_x", "x", "initial_state"), expected, strict=True):
            check_close(getattr(network.vjp(run, g), name), gradient, name=f"∂ℓ/∂{name}", may_be_empty=True)

    @property_test
    @given(m=sizes, n=sizes, T=lengths, batch=batches, seed=seeds, a=st.floats(-3, 3), b=st.floats(-3, 3))
    def test_backward_pass_is_linear(self, m, n, T, batch, seed, a, b):
        W_c, W_h, W_x, x, h0, g = random_instance(m, n, T, batch=batch, seed=seed)
        other = random_instance(m, n, T, batch=batch, seed=seed + 1)[-1]
        network = GatedRNN(W_c, W_h, W_x)
        run = network.run(x, h0)
        of_the_sum, of_one, of_other = (network.vjp(run, d) for d in (a * g + b * other, g, other))
        for combined, u, v in zip(of_the_sum, of_one, of_other, strict=True):
            check_close(combined, a * u + b * v, may_be_empty=True)

    @property_test
    @given(m=sizes, n=sizes, T=lengths, seed=seeds, data=st.data())
    def test_jacobians(self, m, n, T, seed, data):
        s = data.draw(st.integers(0, T), label="s")
        t = data.draw(st.integers(s, T), label="t")
        W_c, W_h, W_x, x, h0, _ = random_instance(m, n, T, seed=seed)
        network = GatedRNN(W_c, W_h, W_x)
        run = network.run(x, h0)

        def states_from(h_s):
            later = oracle.gated_rnn(*map(torch.tensor, (W_c, W_h, W_x, x[s:t])), h_s)
            return torch.cat([h_s[None], later])[-1]

        expected = oracle.jacobian(states_from, run.trajectory[s])
        check_close(network.propagator(run, s, t), expected)
        if t == s + 1:
            check_close(network.step_jacobian(run, t), expected)

    def test_second_order(self):
        """The vjp of the vjp, against autograd's double backward.

        Second derivatives are symmetric, so a cotangent v of the gradients with respect to the
        parameters pulls back to their rate of change as the parameters move along v.
        """
        *parameters, g = random_instance(3, 2, 5, seed=1)
        *cotangents, _ = random_instance(3, 2, 5, seed=2)

        def gradients(*arguments):
            *parameters, g = arguments
            states = oracle.gated_rnn(*parameters)
            first = torch.autograd.grad(states, parameters, g, create_graph=True)
            return torch.cat([gradient.ravel() for gradient in first])

        def moved_along_cotangents(step):
            W_c, W_h, W_x, x, h0 = (p + step * v for p, v in zip(parameters, cotangents, strict=True))
            network = GatedRNN(W_c, W_h, W_x)
            run = network.run(x, h0)
            return (*network.vjp(run, g)[:5], run.states)

        expected = oracle.vjp(gradients, np.concatenate([v.ravel() for v in cotangents]), *parameters, g)
        ahead, behind = moved_along_cotangents(1e-5), moved_along_cotangents(-1e-5)
        for name, a, b, e in zip(("W_c", "W_h", "W_x", "x", "h0", "g"), ahead, behind, expected, strict=True):
            check_close((a - b) / 2e-5, e, tolerance=1e-8, name=name)


class TestRange:
    """What is far out, empty, or of another precision."""

    @pytest.mark.parametrize("size", [1e4, -1e4])
    def test_saturated_gates_raise_no_warning_and_agree_with_autograd(self, size):
        instance = [[size]], [[1.0]], [[2.0]], [[1.0], [-1.0], [1.0]], [3.0]
        network = GatedRNN(*instance[:3])
        run = network.run(*instance[3:])
        check_close(run.states, oracle.value(oracle.gated_rnn, *instance))
        g = np.ones((3, 1))
        for ours, theirs in zip(
            network.vjp(run, g), oracle.vjp(oracle.gated_rnn, g, *instance), strict=False
        ):
            check_close(ours, theirs)
        assert network.step_bound(*instance[3:]) >= row_sum_norm(network.step_jacobian(run, 1))

    def test_gates_that_are_all_but_shut_keep_their_relative_precision(self):
        gate = GatedRNN([[-1]], [[0]], [[1]]).run([[500]]).gates.item()
        assert gate == pytest.approx(math.exp(-500), rel=1e-12, abs=0)

    @pytest.mark.parametrize("batch", [(), (3,), (0,)])
    def test_empty_sequence(self, batch):
        W_c, W_h, W_x, x, h0, g = random_instance(3, 2, 0, batch=batch)
        network = GatedRNN(W_c, W_h, W_x)
        run = network.run(x, h0)
        assert run.states.shape == run.gates.shape == (*batch, 0, 3)
        np.testing.assert_array_equal(run.trajectory[..., 0, :], h0)
        gradients = network.vjp(run, g)
        expected_shapes = [(3, 2), (3, 3), (3, 2), (*batch, 0, 2), (*batch, 3), (*batch, 0, 3)]
        assert [gradient.shape for gradient in gradients] == expected_shapes
        assert not any(gradient.any() for gradient in gradients)
        identities = np.broadcast_to(np.eye(3), (*batch, 3, 3))
        check_close(network.propagator(run, 0, 0), identities, may_be_empty=True)
        assert network.log_propagator_norms(run).shape == (*batch, 1)
        np.testing.assert_array_equal(network.step_bound(x, h0), np.zeros(batch))

    def test_a_batch_is_its_sequences_one_by_one(self):
        W_c, W_h, W_x, x, h0, g = random_instance(3, 2, 5, batch=(2, 2))
        network = GatedRNN(W_c, W_h, W_x)
        batch = network.run(x, h0)
        bounds, gradients = network.step_bound(x, h0), network.vjp(batch, g)
        by_sequence = []
        for b in np.ndindex(2, 2):
            run = network.run(x[b], h0[b])
            by_sequence.append(network.vjp(run, g[b]))
            check_close(batch.states[b], run.states)
            check_close(gradients.x[b], by_sequence[-1].x)
            check_close(gradients.initial_state[b], by_sequence[-1].initial_state)
            check_close(network.step_jacobian(batch, 2)[b], network.step_jacobian(run, 2))
            check_close(network.propagator(batch, 1, 4)[b], network.propagator(run, 1, 4))
            check_close(network.lyapunov_exponents(batch)[b], network.lyapunov_exponents(run))
            check_close(network.lyapunov_exponents(batch, 2)[b], network.lyapunov_exponents(run, 2))
            check_close(bounds[b], network.step_bound(x[b], h0[b]))
        for weight in ("W_c", "W_h", "W_x"):
            check_close(getattr(gradients, weight), sum(getattr(one, weight) for one in by_sequence))

    def test_a_run_stays_as_it_is_and_is_like_no_other(self):
        network = GatedRNN([[1]], [[1]], [[1]])
        run, other = network.run([[1]]), network.run([[1]])
        with pytest.raises(FrozenInstanceError):
            run.x = other.x
        assert len({run, other}) == 2

    def test_network_starts_at_0(self):
        W_c, W_h, W_x, x, _, _ = random_instance(3, 2, 4, batch=(2,))
        network = GatedRNN(W_c, W_h, W_x)
        check_close(network.run(x).states, network.run(x, np.zeros((2, 3))).states)
        np.testing.assert_array_equal(network.run(x).trajectory[:, 0], 0)

    def test_single_precision_stays_single(self):
        instance = [array.astype(np.float32) for array in random_instance(3, 2, 4, batch=(2,))]
        network = GatedRNN(*instance[:3])
        run = network.run(*instance[3:5])
        results = [
            *network.vjp(run, instance[5]),
            run.states,
            run.gates,
            network.propagator(run, 0, 4),
            network.log_propagator_norms(run),
            network.step_bound(*instance[3:5]),
        ]
        assert {result.dtype for result in results} == {np.dtype(np.float32)}

    @pytest.mark.parametrize("finer", range(5))
    def test_states_take_the_finest_precision(self, finer):
        instance = [array.astype(np.float32) for array in random_instance(3, 2, 4)[:5]]
        instance[finer] = instance[finer].astype(np.float64)
        run = GatedRNN(*instance[:3]).run(*instance[3:])
        assert {run.states.dtype, run.gates.dtype} == {np.dtype(np.float64)}

    def test_no_initial_state_has_the_precision_of_the_input(self):
        W_c, W_h, W_x, x = (array.astype(np.float32) for array in random_instance(3, 2, 4)[:4])
        assert GatedRNN(W_c, W_h, W_x).run(x).states.dtype == np.float32

    def test_gradients_take_the_finer_of_two_precisions(self):
        double = random_instance(3, 2, 4)
        single = [array.astype(np.float32) for array in double]
        for instance, gradient in [(double, single[5]), (single, double[5])]:
            network = GatedRNN(*instance[:3])
            gradients = network.vjp(network.run(*instance[3:5]), gradient)
            assert {each.dtype for each in gradients} == {np.dtype(np.float64)}

    def test_arguments_are_left_alone(self):
        instance = random_instance(3, 2, 4)
        copies = [array.copy() for array in instance]
        network = GatedRNN(*instance[:3])
        network.vjp(network.run(*instance[3:5]), instance[5])
        for array, copy in zip(instance, copies, strict=True):
            np.testing.assert_array_equal(array, copy)

    def test_infinity_passes_through_without_a_warning(self):
        W_c, W_h, W_x, x, h0, g = random_instance(3, 2, 4)
        x[1, 0], g[3, 0] = np.inf, -np.inf
        network = GatedRNN(W_c, W_h, W_x)
        run = network.run(x, h0)
        check_close(run.states, oracle.value(oracle.gated_rnn, W_c, W_h, W_x, x, h0))
        gradients = network.vjp(run, g)
        assert np.isnan(gradients.W_c).any()
        assert np.isnan(network.step_bound(x, h0))
        assert np.isnan(network.log_propagator_norms(run)).any()

    def test_what_overflows_is_infinite_without_a_warning(self):
        run = GatedRNN([[0]], [[0]], [[1e200]]).run([[1e200]])
        np.testing.assert_array_equal(run.states, [[np.inf]])

    def test_nan_passes_through_to_what_depends_on_it(self):
        network = GatedRNN([[1]], [[1]], [[1]])
        np.testing.assert_array_equal(
            np.isnan(network.run([[1], [np.nan], [1]]).states[:, 0]), [False, True, True]
        )

    def test_backward_pass_holds_a_few_numbers_for_each_step(self):
        """Its memory is proportional to T (m + n): twice the steps, twice the memory, and no m² for each step."""
        m, n = 48, 16
        lengths = (400, 800, 1600)
        peaks = [peak_of_backward_pass(m, n, T) for T in lengths]
        for T, peak in zip(lengths, peaks, strict=True):
            assert peak < 12 * 8 * T * (m + n) < 8 * T * m * m
        for shorter, longer in itertools.pairwise(peaks):
            assert 1.8 < longer / shorter < 2.1

    def test_backward_pass_forms_no_jacobian(self):
        """Besides ∂ℓ/∂W_h, which is m × m itself, there is no room for another matrix of that size."""
        m, n, T = 500, 2, 4
        assert peak_of_backward_pass(m, n, T) < 1.5 * 8 * m * m


def peak_of_backward_pass(m, n, T):
    """Bytes held at once, its results included, beyond what is there before."""
    W_c, W_h, W_x, x, h0, g = random_instance(m, n, T, scale=0.1)
    network = GatedRNN(W_c, W_h, W_x)
    run = network.run(x, h0)
    tracemalloc.start()
    network.vjp(run, g)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


class TestLyapunovExponents:
    def test_sum_is_the_mean_log_determinant(self):
        W_c, W_h, W_x, x, h0, _ = random_instance(4, 3, 30, batch=(2,))
        network = GatedRNN(W_c, W_h, W_x)
        run = network.run(x, h0)
        log_determinants = [np.linalg.slogdet(network.step_jacobian(run, t))[1] for t in range(1, 31)]
        exponents = network.lyapunov_exponents(run)
        assert exponents.shape == (2, 4)
        check_close(exponents.sum(axis=-1), np.mean(log_determinants, axis=0))
        assert (np.diff(exponents) <= 0).all()

    def test_without_W_h_they_are_the_mean_logs_of_the_gates(self):
        W_c, W_h, W_x, x, h0, _ = random_instance(4, 3, 30)
        network = GatedRNN(W_c, 0 * W_h, W_x)
        run = network.run(x, h0)
        check_close(network.lyapunov_exponents(run), -np.sort(-np.log(run.gates).mean(axis=0)))

    def test_of_one_matrix_repeated_they_approach_the_logs_of_its_eigenvalues(self):
        basis = np.random.default_rng(0).normal(size=(3, 3))
        matrix = basis @ np.diag([0.25, 2, -1]) @ np.linalg.inv(basis)
        exponents = lyapunov_exponents([matrix] * 4000)
        check_close(exponents, np.log([2, 1, 0.25]), tolerance=1e-3)

    def test_a_long_run_that_explodes_does_not_overflow(self):
        network, x = exploding_instance(4000)
        run = network.run(x)
        check_close(network.lyapunov_exponents(run), [math.log(6) / 2])
        check_close(network.log_propagator_norms(run)[0], 2000 * math.log(6))
        assert np.isinf(network.propagator(run, 0, 4000)).all()

    def test_a_lost_direction_is_minus_infinity(self):
        np.testing.assert_array_equal(lyapunov_exponents([[[1, 0], [0, 0]]]), [0, -np.inf])

    def test_the_largest_alone(self):
        """A frame of fewer columns is carried; it does not begin along an axis, where it could miss the largest."""
        stretches = [np.diag([0.5, 3.0, 2.0])] * 400
        check_close(lyapunov_exponents(stretches, count=1), [math.log(3)], tolerance=0.01)
        check_close(lyapunov_exponents(stretches, count=2), np.log([3, 2]), tolerance=0.01)
        check_close(lyapunov_exponents(stretches, count=3), np.log([3, 2, 0.5]), tolerance=0.01)
        assert lyapunov_exponents([np.zeros((5, 2, 2))], count=1).shape == (5, 1)

    def test_a_batch_of_no_sequences_has_none(self):
        assert lyapunov_exponents(np.ones((3, 0, 2, 2))).shape == (0, 2)

    def test_single_step(self):
        check_close(lyapunov_exponents([[[-2, 0], [0, 3]]]), np.log([3, 2]))


class TestPropagatorNorms:
    @property_test
    @given(m=sizes, T=lengths, batch=batches, seed=seeds)
    def test_are_those_of_the_propagators(self, m, T, batch, seed):
        W_c, W_h, W_x, x, h0, _ = random_instance(m, 2, T, batch=batch, seed=seed)
        network = GatedRNN(W_c, W_h, W_x)
        run = network.run(x, h0)
        norms = [row_sum_norm(network.propagator(run, t, T)) for t in range(T + 1)]
        check_close(np.exp(network.log_propagator_norms(run)), np.stack(norms, axis=-1))

    def test_a_jacobian_of_0_gives_minus_infinity_from_there_back(self):
        network = GatedRNN([[1]], [[0]], [[1]])
        run = network.run([[0], [-1e4], [0]])
        logs = network.log_propagator_norms(run)
        np.testing.assert_array_equal(np.isneginf(logs), [True, True, False, False])


class TestStepBound:
    @settings(deadline=None, max_examples=200)
    @given(
        m=sizes,
        n=sizes,
        T=st.integers(1, 6),
        seed=seeds,
        recurrent=st.floats(0, 20),
        input_scale=st.floats(0.01, 5),
        shift=st.floats(-10, 5),
    )
    def test_is_never_violated(self, m, n, T, seed, recurrent, input_scale, shift):
        W_c, W_h, W_x, x, h0, _ = random_instance(m, n, T, seed=seed)
        x = np.concatenate([input_scale * x, np.ones((T, 1))], axis=-1)
        W_c = np.concatenate([W_c, np.full((m, 1), shift)], axis=-1)
        W_x = np.concatenate([W_x, np.zeros((m, 1))], axis=-1)
        network = GatedRNN(W_c, recurrent * W_h, W_x)
        h0 = input_scale * h0
        run, bound = network.run(x, h0), network.step_bound(x, h0)
        for t in range(1, T + 1):
            assert row_sum_norm(network.step_jacobian(run, t)) <= bound * (1 + 1e-12)
            assert row_sum_norm(network.propagator(run, 0, t)) <= bound**t * (1 + 1e-12)

    @property_test
    @given(m=sizes, n=sizes, T=lengths, batch=batches, seed=seeds, scale=st.floats(0.01, 10))
    def test_is_the_largest_value_of_2_8_and_above_1_if_and_only_if_a_loop_gain_is_large(
        self, m, n, T, batch, seed, scale
    ):
        W_c, W_h, W_x, x, h0, _ = random_instance(m, n, T, batch=batch, seed=seed)
        W_h *= scale
        bounds = GatedRNN(W_c, W_h, W_x).step_bound(x, h0)
        assert bounds.shape == batch
        for b in np.ndindex(batch):
            values = np.concatenate([h0[b][None], x[b] @ W_x.T])
            lowest, highest = values.min(axis=0), values.max(axis=0)
            bound, explosion_possible = 0.0, False
            for i in range(m) if T else ():
                reach = sum(max(w * lowest[j], w * highest[j]) for j, w in enumerate(W_h[i]))
                largest_gate = 1 / (1 + math.exp(-reach - max(x[b] @ W_c[i])))
                gain = (highest[i] - lowest[i]) * sum(abs(W_h[i]))
                c = np.linspace(0, largest_gate, 10_001)
                bound = max(bound, (c * (1 + (1 - c) * gain)).max())
                explosion_possible |= largest_gate * gain > 1
            check_close(bounds[b], bound, tolerance=1e-6)
            assert (bounds[b] > 1) == explosion_possible

    def test_is_reached(self):
        network = GatedRNN(W_c=[[0]], W_h=[[1]], W_x=[[1]])
        run = network.run([[-1]], initial_state=[1])
        check_close(network.step_jacobian(run, 1), [[network.step_bound([[-1]], initial_state=[1])]])

    def test_proves_that_gradients_vanish_where_they_do(self):
        W_c, W_h, W_x, x, _, _ = random_instance(3, 2, 200, seed=3)
        network = GatedRNN(W_c, 0.02 * W_h, W_x)
        run, bound = network.run(x), network.step_bound(x)
        assert bound < 1
        logs = network.log_propagator_norms(run)
        assert (logs <= np.arange(200, -1, -1) * np.log(bound) + 1e-12).all()

    def test_without_W_h_it_is_the_largest_gate(self):
        W_c, W_h, W_x, x, h0, _ = random_instance(3, 2, 20)
        network = GatedRNN(W_c, 0 * W_h, W_x)
        check_close(network.step_bound(x, h0), network.run(x, h0).gates.max())

    def test_admits_the_explosion(self):
        network, x = exploding_instance(60)
        assert network.step_bound(x) > math.sqrt(6)


NETWORK = GatedRNN(np.ones((3, 2)), np.ones((3, 3)), np.ones((3, 2)))
RUN = NETWORK.run(np.ones((4, 2)))


class TestBadInput:
    @pytest.mark.parametrize(
        ("call", "error", "message"),
        [
            (
                lambda: GatedRNN([1], [[1]], [[1]]),
                ValueError,
                r"W_c must have shape \(m, n\), got shape \(1,\)",
            ),
            (
                lambda: GatedRNN(np.ones((3, 2)), np.ones((2, 2)), np.ones((3, 2))),
                ValueError,
                r"W_h must have shape \(3, 3\), got shape \(2, 2\)",
            ),
            (
                lambda: GatedRNN(np.ones((3, 2)), np.ones((3, 3)), np.ones((2, 3))),
                ValueError,
                r"W_x must have shape \(3, 2\), got shape \(2, 3\)",
            ),
            (lambda: GatedRNN(np.ones((0, 2)), [[1]], [[1]]), ValueError, "W_c must not be empty"),
            (lambda: GatedRNN([[1j]], [[1]], [[1]]), TypeError, "W_c must hold real numbers"),
            (lambda: NETWORK.run(np.ones((4, 3))), ValueError, r"x must have shape \(..., T, 2\)"),
            (lambda: NETWORK.run([1, 2]), ValueError, r"x must have shape \(..., T, 2\)"),
            (
                lambda: NETWORK.run(np.ones((4, 2)), np.ones(2)),
                ValueError,
                r"initial_state must have shape \(3,\)",
            ),
            (
                lambda: NETWORK.run(np.ones((5, 4, 2)), np.ones(3)),
                ValueError,
                r"initial_state must have shape \(5, 3\), got shape \(3,\)",
            ),
            (
                lambda: NETWORK.vjp(RUN, np.ones((5, 3))),
                ValueError,
                r"direct_gradient must have shape \(4, 3\), got shape \(5, 3\)",
            ),
            (
                lambda: NETWORK.vjp(RUN.states, np.ones((4, 3))),
                TypeError,
                "run must be what GatedRNN.run returns",
            ),
            (
                lambda: GatedRNN([[1]], [[1]], [[1]]).vjp(RUN, np.ones((4, 3))),
                ValueError,
                "run must come from this network",
            ),
            (lambda: NETWORK.step_jacobian(RUN, 0), ValueError, "t must be at least 1, got 0"),
            (
                lambda: NETWORK.step_jacobian(RUN, 5),
                ValueError,
                "t must be at most 4, the number of steps, got 5",
            ),
            (lambda: NETWORK.step_jacobian(RUN, 1.0), TypeError, "t must be a whole number"),
            (lambda: NETWORK.propagator(RUN, 3, 2), ValueError, "s must be at most 2, the later step, got 3"),
            (lambda: NETWORK.propagator(RUN, -1, 2), ValueError, "s must be at least 0, got -1"),
            (
                lambda: NETWORK.propagator(RUN, 0, 5),
                ValueError,
                "t must be at most 4, the number of steps, got 5",
            ),
            (
                lambda: NETWORK.lyapunov_exponents(NETWORK.run(np.ones((0, 2)))),
                ValueError,
                "at least one step",
            ),
            (lambda: lyapunov_exponents([]), ValueError, "at least one matrix"),
            (lambda: lyapunov_exponents(None), TypeError, "jacobians must be matrices"),
            (lambda: NETWORK.step_jacobian(RUN, [1]), TypeError, "t must be a whole number"),
            (
                lambda: NETWORK.lyapunov_exponents(RUN, 4),
                ValueError,
                "count must be at most 3, the size of the state, got 4",
            ),
            (lambda: lyapunov_exponents([np.eye(2)], 0), ValueError, "count must be at least 1, got 0"),
            (lambda: lyapunov_exponents([np.eye(2)], 1.0), TypeError, "count must be a whole number"),
            (
                lambda: lyapunov_exponents([np.ones((2, 3))]),
                ValueError,
                r"jacobians must have shape \(..., m, m\)",
            ),
            (
                lambda: lyapunov_exponents([np.eye(2), np.eye(3)]),
                ValueError,
                r"jacobians must have shape \(2, 2\), got shape \(3, 3\)",
            ),
            (lambda: exploding_instance(-1), ValueError, "T must be at least 0, got -1"),
        ],
    )
    def test_is_named(self, call, error, message):
        with pytest.raises(error, match=message):
            call()


# Planted faults


def test_a_transposed_jacobian(monkeypatch):
    right = GatedRNN._step_jacobian
    test = TestAgainstNaiveLoops()
    with caught(test.test_total_gradients_of_the_states_are_sums_over_all_later_states):
        monkeypatch.setattr(GatedRNN, "_step_jacobian", lambda *step: np.swapaxes(right(*step), -1, -2))


def test_a_gate_derivative_with_the_wrong_sign(monkeypatch):
    right = Run.gate_slopes
    against_autograd = TestAgainstAutograd
    instance = {"m": 2, "n": 3, "T": 4, "batch": (), "seed": 0, "scale": 1.0}
    property_test = against_autograd.test_states_and_every_gradient.hypothesis.inner_test
    with (
        caught(TestByHand().test_gradients_of_one_step),
        caught(property_test, against_autograd(), **instance),
    ):
        monkeypatch.setattr(Run, "gate_slopes", property(lambda run: -right.func(run)))


def test_the_readers_own_settings_change_nothing():
    """People hunt a NaN with np.seterr(all="raise"); that a gate closes so far that σ underflows is no error."""
    network = GatedRNN(W_c=[[1.0]], W_h=[[1.0]], W_x=[[1.0]])
    x = np.array([[-800.0], [-1e5], [3.0]])
    run = network.run(x)
    with np.errstate(all="raise"):
        again = network.run(x)
        gradients = network.vjp(again, np.ones((3, 1)))
    np.testing.assert_array_equal(again.states, run.states)
    np.testing.assert_array_equal(gradients.W_x, network.vjp(run, np.ones((3, 1))).W_x)


@pytest.mark.parametrize(
    ("given", "returned"),
    [(np.float16, np.float16), (np.float32, np.float32), (np.longdouble, np.float64), (int, np.float64)],
)
@pytest.mark.parametrize("count", [None, 1])
def test_exponents_keep_their_precision_up_to_double(given, returned, count):
    jacobians = np.array([[[2, 1], [0, 4]], [[4, 0], [1, 2]]] * 20).astype(given)
    exponents = lyapunov_exponents(jacobians, count)
    assert exponents.dtype == returned
    expected = lyapunov_exponents(jacobians.astype(float), count)
    np.testing.assert_allclose(exponents, expected, rtol=float(np.finfo(returned).eps))
