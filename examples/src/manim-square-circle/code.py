from manim import BLUE, DOWN, GREEN, PI, Circle, Create, FadeIn, Rotate, Scene, Square, Text, Transform


class SquareToCircle(Scene):
    def construct(self):
        square = Square(side_length=3, color=BLUE, fill_opacity=0.5)
        circle = Circle(radius=1.5, color=GREEN, fill_opacity=0.5)
        caption = Text("Area changes, centre stays", font_size=36).next_to(circle, DOWN, buff=0.8)

        self.play(Create(square))
        self.play(Rotate(square, angle=PI / 4))
        self.play(Transform(square, circle))
        self.play(FadeIn(caption))
        self.wait(1)
