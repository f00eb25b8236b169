/// exp and log that give the same bits on every machine.
///
/// The C library picks a variant by instruction set (with or without fused multiply-add), so that a decoded learning
/// rate could differ in its last bit between two processors. These use only +, -, *, / and powers of two.
#pragma once

namespace hone {

/// Within 1.25 ulp of the true value where that is a normal number; 0 and infinity beyond the range of doubles.
double portable_exp(double x);

/// Within 1 ulp. `x` > 0 and finite: -infinity for 0, NaN below it.
double portable_log(double x);

}  // namespace hone
