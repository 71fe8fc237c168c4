"""Draws the icons: a vertebra seen from above, with a nomogram scale or with an outline being drawn.

    .venv/bin/python Resources/draw_icons.py

All coordinates are pixels of the 128 x 128 icon.
"""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QLinearGradient, QPainter, QPainterPath, QPen, QPolygonF

ROOT = Path(__file__).resolve().parents[1]
SIZE = 128
OVERSAMPLING = 4  # drawn larger and scaled down, for smooth edges

BACKGROUND = (QColor("#2a7f94"), QColor("#12384f"))
BONE = QColor("#f6ecd6")
CORE = QColor("#d9b77c")
MARK = QColor("#ff9d2e")


def vertebral_body() -> QPainterPath:
    """An oval with a hollow towards the canal."""
    path = QPainterPath(QPointF(64, 17))
    path.cubicTo(84, 17, 96, 27, 96, 41)
    path.cubicTo(96, 55, 84, 62, 76, 62)
    path.cubicTo(71, 57, 57, 57, 52, 62)
    path.cubicTo(44, 62, 32, 55, 32, 41)
    path.cubicTo(32, 27, 44, 17, 64, 17)
    return path


def vertebra() -> QPainterPath:
    """Body, arch, transverse processes and spinous process, with the canal left open."""
    arch = QPainterPath(QPointF(44, 54))
    arch.lineTo(84, 54)
    arch.lineTo(87, 65)
    arch.cubicTo(95, 64, 104, 64, 112, 66)
    arch.cubicTo(116, 67, 116, 74, 112, 75)
    arch.cubicTo(101, 77, 88, 80, 76, 84)
    arch.cubicTo(72, 88, 70, 93, 69, 99)
    arch.cubicTo(68, 104, 60, 104, 59, 99)
    arch.cubicTo(58, 93, 56, 88, 52, 84)
    arch.cubicTo(40, 80, 27, 77, 16, 75)
    arch.cubicTo(12, 74, 12, 67, 16, 66)
    arch.cubicTo(24, 64, 33, 64, 41, 65)
    arch.closeSubpath()
    canal = QPainterPath()
    canal.addEllipse(QPointF(64, 69), 12, 9)
    return vertebral_body().united(arch).subtracted(canal)


def draw_background(painter: QPainter) -> None:
    gradient = QLinearGradient(0, 0, 0, SIZE)
    gradient.setColorAt(0, BACKGROUND[0])
    gradient.setColorAt(1, BACKGROUND[1])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(gradient)
    painter.drawRoundedRect(QRectF(2, 2, 124, 124), 24, 24)


def draw_core(painter: QPainter) -> None:
    """The trabecular part of the body: the body, made smaller."""
    painter.save()
    painter.translate(64, 39)
    painter.scale(0.66, 0.66)
    painter.translate(-64, -39)
    painter.setBrush(CORE)
    painter.drawPath(vertebral_body())
    painter.restore()


def draw_score_icon(painter: QPainter) -> None:
    draw_background(painter)
    painter.save()
    painter.translate(64, 8)
    painter.scale(0.88, 0.88)
    painter.translate(-64, -9)
    painter.setBrush(BONE)
    painter.drawPath(vertebra())
    draw_core(painter)
    painter.restore()

    pen = QPen(QColor("white"), 5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawLine(QPointF(20, 113), QPointF(108, 113))
    for x in (20, 42, 64, 86, 108):
        painter.drawLine(QPointF(x, 113), QPointF(x, 105))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(MARK)
    painter.drawPolygon(QPolygonF([QPointF(86, 109), QPointF(75, 88), QPointF(97, 88)]))


def draw_segment_icon(painter: QPainter) -> None:
    draw_background(painter)
    painter.save()
    painter.translate(0, 6)
    painter.setBrush(BONE)
    painter.drawPath(vertebra())
    draw_core(painter)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(MARK, 7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPath(vertebral_body())
    painter.restore()

    # The pen, its tip on the outline.
    painter.translate(87, 60)
    painter.rotate(-38)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("white"))
    painter.drawPolygon(QPolygonF([QPointF(0, 0), QPointF(-9, 20), QPointF(9, 20)]))
    painter.setBrush(MARK)
    painter.drawRoundedRect(QRectF(-9, 20, 18, 26), 5, 5)


def main() -> None:
    application = QGuiApplication([])
    for draw, targets in (
        (draw_score_icon, ("Resources/RadiomicsOrtho.png", "RadiomicsOrtho/Resources/Icons/RadiomicsOrtho.png")),
        (draw_segment_icon, ("RadiomicsOrthoSegment/Resources/Icons/RadiomicsOrthoSegment.png",)),
    ):
        image = QImage(SIZE * OVERSAMPLING, SIZE * OVERSAMPLING, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(OVERSAMPLING, OVERSAMPLING)
        draw(painter)
        painter.end()
        image = image.scaled(SIZE, SIZE, mode=Qt.TransformationMode.SmoothTransformation)
        for target in targets:
            image.save(str(ROOT / target))
            print(target)
    del application


if __name__ == "__main__":
    main()
