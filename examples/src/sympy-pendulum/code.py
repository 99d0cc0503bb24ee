import sympy as sp

t = sp.symbols("t")
m, g, length = sp.symbols("m g l", positive=True)
theta = sp.Function("theta")(t)
velocity = sp.diff(theta, t)

kinetic = m * (length * velocity) ** 2 / 2
potential = -m * g * length * sp.cos(theta)
lagrangian = kinetic - potential

euler_lagrange = sp.diff(sp.diff(lagrangian, velocity), t) - sp.diff(lagrangian, theta)
acceleration = sp.solve(euler_lagrange, sp.diff(theta, t, 2))[0]

angle = sp.symbols("angle")
restoring = -sp.diff(acceleration.subs(theta, angle), angle).subs(angle, 0)
frequency = sp.sqrt(restoring) / (2 * sp.pi)

print("Angular acceleration:", sp.simplify(acceleration))
print("Small-angle frequency:", sp.simplify(frequency))
