const SIZE = 8;
const FIELD = 60;

const canvas = document.createElement("canvas");
canvas.width = SIZE * FIELD;
canvas.height = SIZE * FIELD;
document.body.append(canvas);
const context = canvas.getContext("2d");

function drawPiece(row, column, color) {
  context.beginPath();
  context.arc((column + 0.5) * FIELD, (row + 0.5) * FIELD, FIELD * 0.38, 0, 2 * Math.PI);
  context.fillStyle = color;
  context.fill();
  context.strokeStyle = "#777";
  context.lineWidth = 2;
  context.stroke();
}

for (let row = 0; row < SIZE; row += 1) {
  for (let column = 0; column < SIZE; column += 1) {
    const isDark = (row + column) % 2 === 1;
    context.fillStyle = isDark ? "#8b5a2b" : "#f0d9b5";
    context.fillRect(column * FIELD, row * FIELD, FIELD, FIELD);
    if (!isDark) continue;
    if (row < 3) drawPiece(row, column, "#1a1a1a");
    if (row > 4) drawPiece(row, column, "#fafafa");
  }
}
