import plotly.graph_objects as go

months = ["Jan 2024", "Feb 2024", "Mar 2024", "Apr 2024", "May 2024", "Jun 2024"]
tickets = {
    "Email": [320, 310, 295, 280, 260, 240],
    "Chat": [110, 140, 180, 230, 270, 320],
    "Phone": [90, 85, 80, 78, 70, 66],
}

figure = go.Figure()
for channel, counts in tickets.items():
    figure.add_trace(go.Scatter(x=months, y=counts, name=channel, mode="lines", stackgroup="channels"))

figure.update_layout(
    title="Support tickets by channel",
    xaxis={"title": "Month", "type": "category"},
    yaxis_title="Tickets",
    template="plotly_white",
)
figure.show()
