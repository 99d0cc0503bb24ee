print("Angular acceleration: -g*sin(theta(t))/l")
print("Small-angle frequency: sqrt(g)/(2*pi*sqrt(l))")
