<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en_US">
<context>
    <name>RadiomicsOrtho</name>
    <message>
        <source>Radiomics Ortho</source>
        <translation>骨骼影像组学</translation>
    </message>
    <message>
        <source>Feature extraction</source>
        <translation>特征提取</translation>
    </message>
    <message>
        <source>&amp;Case</source>
        <translation>病例(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;1. Load</source>
        <translation>1. 载入(&amp;1)</translation>
    </message>
    <message>
        <source>V&amp;olume:</source>
        <translation>影像(&amp;O)：</translation>
    </message>
    <message>
        <source>The scan to score. None yet? Load one by File / Add Data, by the module DICOM, or by dropping its files on the window</source>
        <translation>要评分的扫描。尚无？请通过 File / Add Data、DICOM 模块，或将文件拖到窗口中载入</translation>
    </message>
    <message>
        <source>Scan facts</source>
        <translation>扫描信息</translation>
    </message>
    <message>
        <source>Modality:</source>
        <translation>成像方式：</translation>
    </message>
    <message>
        <source>State it where the file does not; it is recorded as stated by you</source>
        <translation>文件未注明时请在此说明；将记录为由您说明</translation>
    </message>
    <message>
        <source>Pixel size:</source>
        <translation>像素尺寸：</translation>
    </message>
    <message>
        <source>Width and height of a pixel of this 2-D image, whose file does not state it; without it nothing is measured in mm</source>
        <translation>该二维图像一个像素的宽和高，其文件未注明；缺少它则不做以 mm 为单位的测量</translation>
    </message>
    <message>
        <source>Tube voltage:</source>
        <translation>管电压：</translation>
    </message>
    <message>
        <source>Contrast agent:</source>
        <translation>对比剂：</translation>
    </message>
    <message>
        <source>&amp;2. Regions</source>
        <translation>2. 区域(&amp;2)</translation>
    </message>
    <message>
        <source>Re&amp;gion:</source>
        <translation>区域(&amp;G)：</translation>
    </message>
    <message>
        <source>Segmentation and the segment of the bone to score</source>
        <translation>分割，以及其中要评分的骨的分割段</translation>
    </message>
    <message>
        <source>Level and part as the segment states them</source>
        <translation>节段和部位，以分割段自身的说明为准</translation>
    </message>
    <message>
        <source>No segment chosen</source>
        <translation>未选择分割段</translation>
    </message>
    <message>
        <source>Edit the regions in Radiomics Ortho Segment; scored again, only what was edited is measured again</source>
        <translation>在“骨骼影像组学分割”中修改区域；再次评分时只重新测量修改过的部分</translation>
    </message>
    <message>
        <source>&amp;Draw or correct the regions</source>
        <translation>勾画或修正区域(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;3. Score</source>
        <translation>3. 评分(&amp;3)</translation>
    </message>
    <message>
        <source>&amp;Model:</source>
        <translation>模型(&amp;M)：</translation>
    </message>
    <message>
        <source>The score model; each was verified when it was read</source>
        <translation>评分模型；每个模型读入时均已核验</translation>
    </message>
    <message>
        <source>Score all regions that the rule of the model counts, as one value for the patient</source>
        <translation>将模型规则计入的所有区域合为患者的一个数值进行评分</translation>
    </message>
    <message>
        <source>For the patient</source>
        <translation>针对患者：</translation>
    </message>
    <message>
        <source>Findings by eye (optional)</source>
        <translation>目测所见（可选）</translation>
    </message>
    <message>
        <source>Open a form with your own questions (YAML)</source>
        <translation>打开含您自己问题的表单（YAML）</translation>
    </message>
    <message>
        <source>Own form...</source>
        <translation>自定义表单...</translation>
    </message>
    <message>
        <source>Set every question of this form back to "not assessed" for this region</source>
        <translation>将该区域在此表单中的所有问题恢复为“未评估”</translation>
    </message>
    <message>
        <source>Clear answers</source>
        <translation>清除回答</translation>
    </message>
    <message>
        <source>Density calibration</source>
        <translation>骨密度校准</translation>
    </message>
    <message>
        <source>How the HU of this scan become densities in mg/cm³</source>
        <translation>本扫描的 HU 如何换算为以 mg/cm³ 表示的密度</translation>
    </message>
    <message>
        <source>Find the calibration, and keep it with the scene</source>
        <translation>求出校准并随场景保存</translation>
    </message>
    <message>
        <source>Calibrate</source>
        <translation>校准</translation>
    </message>
    <message>
        <source>Open a calibration that was saved here or by the command line</source>
        <translation>打开在此处或由命令行保存的校准</translation>
    </message>
    <message>
        <source>Open...</source>
        <translation>打开...</translation>
    </message>
    <message>
        <source>Save the calibration, for scans of the same scanner and settings</source>
        <translation>保存校准，用于同一扫描仪、相同设置的扫描</translation>
    </message>
    <message>
        <source>Save...</source>
        <translation>保存...</translation>
    </message>
    <message>
        <source>Radiomics features</source>
        <translation>影像组学特征</translation>
    </message>
    <message>
        <source>Radiomics features into the table</source>
        <translation>将影像组学特征写入表格</translation>
    </message>
    <message>
        <source>Profile:</source>
        <translation>提取方案：</translation>
    </message>
    <message>
        <source>Open an extraction profile of your own (YAML)</source>
        <translation>打开您自己的提取方案（YAML）</translation>
    </message>
    <message>
        <source>Own profile...</source>
        <translation>自定义方案...</translation>
    </message>
    <message>
        <source>Reference:</source>
        <translation>参照区域：</translation>
    </message>
    <message>
        <source>The region on which the profile normalises</source>
        <translation>提取方案用于归一化的区域</translation>
    </message>
    <message>
        <source>&amp;Apply</source>
        <translation>应用(&amp;A)</translation>
    </message>
    <message>
        <source>Score the region with this model</source>
        <translation>用该模型为此区域评分</translation>
    </message>
    <message>
        <source>Models that do not apply</source>
        <translation>不适用的模型</translation>
    </message>
    <message>
        <source>&amp;4. Report</source>
        <translation>4. 报告(&amp;4)</translation>
    </message>
    <message>
        <source>The score card in short; the report holds all of it</source>
        <translation>评分卡摘要；完整内容见报告</translation>
    </message>
    <message>
        <source>Show this drawing in a window of its own; its markers can be dragged there, too</source>
        <translation>在单独窗口中显示该图；其标记在那里也可拖动</translation>
    </message>
    <message>
        <source>Large drawing...</source>
        <translation>放大图...</translation>
    </message>
    <message>
        <source>What if?</source>
        <translation>假设</translation>
    </message>
    <message>
        <source>Set every value back to that of this case</source>
        <translation>将所有数值恢复为本例的数值</translation>
    </message>
    <message>
        <source>Back to this case</source>
        <translation>恢复本例</translation>
    </message>
    <message>
        <source>The table node: result, measurements and features with their units</source>
        <translation>表格节点：结果、测量值和特征及其单位</translation>
    </message>
    <message>
        <source>&amp;Language:</source>
        <translation>语言(&amp;L)：</translation>
    </message>
    <message>
        <source>Language of report and nomogram; card.json is always English</source>
        <translation>报告和列线图的语言；card.json 始终为英文</translation>
    </message>
    <message>
        <source>Write the report as report.pdf, too</source>
        <translation>同时将报告写为 report.pdf</translation>
    </message>
    <message>
        <source>PDF</source>
        <translation>PDF</translation>
    </message>
    <message>
        <source>DICOM (with identity)</source>
        <translation>DICOM（含身份信息）</translation>
    </message>
    <message>
        <source>Write region, score and report as DICOM objects of the scan's study into the folder DICOM. They carry the patient's identity. The scan must be loaded from the DICOM database.</source>
        <translation>将区域、评分和报告作为该扫描所属检查的 DICOM 对象写入 DICOM 文件夹。其中含患者身份信息。扫描须从 DICOM 数据库载入。</translation>
    </message>
    <message>
        <source>Save this &amp;report...</source>
        <translation>保存此报告(&amp;R)...</translation>
    </message>
    <message>
        <source>Write an overview, and report, card and nomogram of every score of this scan, into a folder</source>
        <translation>将概览以及该扫描每项评分的报告、评分卡和列线图写入文件夹</translation>
    </message>
    <message>
        <source>Save all re&amp;ports...</source>
        <translation>保存全部报告(&amp;P)...</translation>
    </message>
    <message>
        <source>Into the DICOM database</source>
        <translation>存入 DICOM 数据库</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoSegment</name>
    <message>
        <source>Radiomics Ortho Segment</source>
        <translation>骨骼影像组学分割</translation>
    </message>
    <message>
        <source>Load a scan and choose it as the volume first.</source>
        <translation>请先载入扫描并将其选为影像。</translation>
    </message>
    <message>
        <source>Start an empty segmentation on the grid of this scan</source>
        <translation>按该扫描的网格新建一个空分割</translation>
    </message>
    <message>
        <source>The trabecular core could not be made.</source>
        <translation>无法生成松质骨核心。</translation>
    </message>
    <message>
        <source>Add a segment with everything deeper than this below the surface</source>
        <translation>新增一个分割段，包含表面以下超过该深度的全部</translation>
    </message>
    <message>
        <source>{volume} bones</source>
        <translation>{volume} 的骨</translation>
    </message>
    <message>
        <source>Load a scan and choose it as the volume.</source>
        <translation>请载入扫描并将其选为影像。</translation>
    </message>
    <message>
        <source>Choose a segmentation or start a new one.</source>
        <translation>请选择一个分割，或新建一个。</translation>
    </message>
    <message>
        <source>Select the segment of a bone in the Segment Editor.</source>
        <translation>请在 Segment Editor 中选择一块骨的分割段。</translation>
    </message>
    <message>
        <source>The selected segment is a trabecular core already; select the whole bone.</source>
        <translation>所选分割段已经是松质骨核心；请选择整块骨。</translation>
    </message>
    <message>
        <source>&amp;1. Scan</source>
        <translation>1. 扫描(&amp;1)</translation>
    </message>
    <message>
        <source>V&amp;olume:</source>
        <translation>影像(&amp;O)：</translation>
    </message>
    <message>
        <source>The scan on which the bones are drawn</source>
        <translation>勾画骨所用的扫描</translation>
    </message>
    <message>
        <source>K&amp;ind of scan:</source>
        <translation>扫描种类(&amp;I)：</translation>
    </message>
    <message>
        <source>Decides how bones are looked for, and what is measured</source>
        <translation>决定如何寻找骨，以及测量什么</translation>
    </message>
    <message>
        <source>Se&amp;gmentation:</source>
        <translation>分割(&amp;G)：</translation>
    </message>
    <message>
        <source>The segmentation that holds the bones</source>
        <translation>存放骨的分割</translation>
    </message>
    <message>
        <source>&amp;New segmentation</source>
        <translation>新建分割(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;3. Propose</source>
        <translation>3. 自动建议(&amp;3)</translation>
    </message>
    <message>
        <source>&amp;Bone:</source>
        <translation>骨(&amp;B)：</translation>
    </message>
    <message>
        <source>Which bone is looked for</source>
        <translation>要寻找哪种骨</translation>
    </message>
    <message>
        <source>&amp;Parts:</source>
        <translation>部分(&amp;P)：</translation>
    </message>
    <message>
        <source>What of each vertebra becomes a segment</source>
        <translation>每个椎体的哪些部分成为分割段</translation>
    </message>
    <message>
        <source>The click proposes one body; those that were proposed before stay</source>
        <translation>单击只建议一个椎体；此前建议的保留不变</translation>
    </message>
    <message>
        <source>Only the vertebra at the click</source>
        <translation>仅单击处的椎体</translation>
    </message>
    <message>
        <source>&amp;Click in the bone</source>
        <translation>在骨内单击(&amp;C)</translation>
    </message>
    <message>
        <source>Find without a c&amp;lick</source>
        <translation>无需单击，自动寻找(&amp;L)</translation>
    </message>
    <message>
        <source>Once more</source>
        <translation>再来一次</translation>
    </message>
    <message>
        <source>Stop looking; nothing is changed</source>
        <translation>停止寻找；不做任何更改</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>What the proposals said: what was left out, and what to look at</source>
        <translation>自动建议的说明：未包括什么，以及需要查看什么</translation>
    </message>
    <message>
        <source>&amp;3. Region from points</source>
        <translation>3. 由点生成区域(&amp;3)</translation>
    </message>
    <message>
        <source>Shape:</source>
        <translation>形状：</translation>
    </message>
    <message>
        <source>What is made of the points on this 2-D image</source>
        <translation>在该二维图像上用这些点生成什么</translation>
    </message>
    <message>
        <source>Se&amp;t points</source>
        <translation>设置点(&amp;T)</translation>
    </message>
    <message>
        <source>Click on the image; points that are complete are set anew</source>
        <translation>在图像上单击；已完整的点将重新设置</translation>
    </message>
    <message>
        <source>Add a segment with the pixels whose centres lie inside</source>
        <translation>新增一个分割段，包含中心位于其内的像素</translation>
    </message>
    <message>
        <source>Ma&amp;ke region</source>
        <translation>生成区域(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;4. Correct</source>
        <translation>4. 修正(&amp;4)</translation>
    </message>
    <message>
        <source>&amp;5. Name and levels</source>
        <translation>5. 命名与节段(&amp;5)</translation>
    </message>
    <message>
        <source>The bodies from above downwards; click one to go there, drag a level to the body that it belongs to</source>
        <translation>椎体自上而下排列；单击可转到该椎体，将节段拖到其所属的椎体上</translation>
    </message>
    <message>
        <source>Count the ribs or the lumbar vertebrae first. Nothing is named until you confirm, drag or choose a level</source>
        <translation>请先数肋骨或腰椎。在您确认、拖动或选择节段之前，不会命名任何椎体</translation>
    </message>
    <message>
        <source>Confirm the level</source>
        <translation>确认节段</translation>
    </message>
    <message>
        <source>Site:</source>
        <translation>部位：</translation>
    </message>
    <message>
        <source>Which bone was drawn; writes name, colour and SNOMED CT code on the segment</source>
        <translation>勾画的是哪块骨；在分割段上写入名称、颜色和 SNOMED CT 编码</translation>
    </message>
    <message>
        <source>Level:</source>
        <translation>节段：</translation>
    </message>
    <message>
        <source>Vertebral level; check it by counting from the sacrum or the lowest rib. Of proposed bodies the others follow; T13, L6, or L1 right below T11 make a spine with that many ribs or lumbar vertebrae</source>
        <translation>椎体节段；请从骶骨或最下方肋骨起数以核对。自动建议的其他椎体随之改变；T13、L6，或紧接 T11 之下的 L1，使脊柱具有相应数目的肋骨或腰椎</translation>
    </message>
    <message>
        <source>Side:</source>
        <translation>侧别：</translation>
    </message>
    <message>
        <source>Side of the patient</source>
        <translation>患者的左右侧</translation>
    </message>
    <message>
        <source>Part:</source>
        <translation>组成部分：</translation>
    </message>
    <message>
        <source>Which part of the bone was drawn; a trabecular core is measured as it is</source>
        <translation>勾画的是骨的哪一部分；松质骨核心按勾画原样测量</translation>
    </message>
    <message>
        <source>Origin:</source>
        <translation>来源：</translation>
    </message>
    <message>
        <source>&amp;6. Trabecular core</source>
        <translation>6. 松质骨核心(&amp;6)</translation>
    </message>
    <message>
        <source>&amp;Depth below the surface:</source>
        <translation>表面以下深度(&amp;D)：</translation>
    </message>
    <message>
        <source>How much of the bone is removed from its surface, so that cortex and endplates stay out; 2 to 3 mm are usual</source>
        <translation>从骨表面去除多厚，使皮质骨和终板不计入；通常为 2 至 3 mm</translation>
    </message>
    <message>
        <source> mm</source>
        <translation> mm</translation>
    </message>
    <message>
        <source>&amp;Make trabecular core</source>
        <translation>生成松质骨核心(&amp;M)</translation>
    </message>
    <message>
        <source>Go on with this scan and the selected segment in Radiomics Ortho</source>
        <translation>在“骨骼影像组学”中用此扫描和所选分割段继续</translation>
    </message>
    <message>
        <source>&amp;Score: go on in Radiomics Ortho</source>
        <translation>评分：在“骨骼影像组学”中继续(&amp;S)</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.anatomy_section</name>
    <message>
        <source>Select a segment in the list above to name it.</source>
        <translation>请在上面的列表中选择一个分割段以命名。</translation>
    </message>
    <message>
        <source>drawn by hand, or not stated</source>
        <translation>手工勾画，或未说明</translation>
    </message>
    <message>
        <source>not stated</source>
        <translation>未说明</translation>
    </message>
    <message>
        <source>Vertebra</source>
        <translation>椎体</translation>
    </message>
    <message>
        <source>Proximal femur</source>
        <translation>股骨近端</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>左</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>右</translation>
    </message>
    <message>
        <source>Whole body</source>
        <translation>整个椎体</translation>
    </message>
    <message>
        <source>Trabecular core</source>
        <translation>松质骨核心</translation>
    </message>
    <message>
        <source>Mid-axial ellipse</source>
        <translation>中轴位椭圆</translation>
    </message>
    <message>
        <source>9 mm mid slab</source>
        <translation>9 mm 中部层块</translation>
    </message>
    <message>
        <source>Femoral head</source>
        <translation>股骨头</translation>
    </message>
    <message>
        <source>Femoral neck</source>
        <translation>股骨颈</translation>
    </message>
    <message>
        <source>Trochanteric region</source>
        <translation>转子区</translation>
    </message>
    <message>
        <source>Intertrochanteric region</source>
        <translation>转子间区</translation>
    </message>
    <message>
        <source>Cortical bone</source>
        <translation>皮质骨</translation>
    </message>
    <message>
        <source>Cerebrospinal fluid</source>
        <translation>脑脊液</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.background_work</name>
    <message>
        <source>Ending…</source>
        <translation>正在结束…</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.batch_section</name>
    <message>
        <source>Many scans</source>
        <translation>多个扫描</translation>
    </message>
    <message>
        <source>List of cases (*.csv)</source>
        <translation>病例列表 (*.csv)</translation>
    </message>
    <message>
        <source>A CSV file with a row for each case: columns case and image, and mask, level, clinical values and others as the documentation lists them</source>
        <translation>每个病例一行的 CSV 文件：列 case 和 image，以及文档中列出的 mask、level、临床数值等</translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation>文件夹…</translation>
    </message>
    <message>
        <source>Take a folder in place of a list: every image file and every DICOM series below it is a case</source>
        <translation>用文件夹代替列表：其中每个影像文件和每个 DICOM 序列都是一个病例</translation>
    </message>
    <message>
        <source>&amp;List or folder:</source>
        <translation>列表或文件夹(&amp;L)：</translation>
    </message>
    <message>
        <source>A new or empty folder, or that of an earlier batch, which is then continued</source>
        <translation>新的或空的文件夹；若为先前批处理的文件夹，则继续该批处理</translation>
    </message>
    <message>
        <source>&amp;Results in:</source>
        <translation>结果存于(&amp;R)：</translation>
    </message>
    <message>
        <source>Radiomics features to extract of every region, besides its measurements</source>
        <translation>除测量值外，每个区域要提取的影像组学特征</translation>
    </message>
    <message>
        <source>&amp;Features:</source>
        <translation>特征(&amp;F)：</translation>
    </message>
    <message>
        <source>Write the reports of all cards</source>
        <translation>写出所有评分卡的报告</translation>
    </message>
    <message>
        <source>For each case a folder with an overview, and the report and chart of each score</source>
        <translation>每个病例一个文件夹，含概览以及每个评分的报告和图</translation>
    </message>
    <message>
        <source>How many cases are computed at once, each in a process of its own; processors and memory are shared out between them</source>
        <translation>同时计算的病例数，每个病例用一个独立进程；处理器和内存由它们分摊</translation>
    </message>
    <message>
        <source>Cases at &amp;once:</source>
        <translation>同时计算的病例(&amp;O)：</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Scores</source>
        <translation>评分</translation>
    </message>
    <message>
        <source>Features</source>
        <translation>特征</translation>
    </message>
    <message>
        <source>Failures</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Show {name} in the table view</source>
        <translation>在表格视图中显示 {name}</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Show the folder with tables and cards in the file manager</source>
        <translation>在文件管理器中显示含表格和评分卡的文件夹</translation>
    </message>
    <message>
        <source>measurements only</source>
        <translation>仅测量值</translation>
    </message>
    <message>
        <source>Folder of scans</source>
        <translation>扫描所在文件夹</translation>
    </message>
    <message>
        <source>The batch could not be started.</source>
        <translation>批处理无法启动。</translation>
    </message>
    <message>
        <source>The batch could not be finished.</source>
        <translation>批处理无法完成。</translation>
    </message>
    <message>
        <source>Cancelled. What is done is kept; press the button to continue.</source>
        <translation>已取消。已完成的结果会保留；按此按钮可继续。</translation>
    </message>
    <message>
        <source>The first without a result, {case}: {reason}</source>
        <translation>第一个没有结果的病例 {case}：{reason}</translation>
    </message>
    <message>
        <source>Regions that were found by the program are proposals: look at them before you rely on a table. Research use only.</source>
        <translation>程序找到的区域只是建议：依赖表格之前请先查看。仅供研究使用。</translation>
    </message>
    <message>
        <source>This table is too large to be shown; open the folder.</source>
        <translation>该表格太大，无法显示；请打开文件夹。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Continue batch</source>
        <translation>继续批处理</translation>
    </message>
    <message>
        <source>Run batch</source>
        <translation>运行批处理</translation>
    </message>
    <message>
        <source>Find and measure the bones of every scan, and apply every model that fits; what is done already is not computed again</source>
        <translation>在每个扫描中找到并测量骨骼，应用所有适合的模型；已完成的不再计算</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.calibration_section</name>
    <message>
        <source>Phantom rods, drawn as segments</source>
        <translation>体模密度棒，已勾画为分割段</translation>
    </message>
    <message>
        <source>Slope and offset by hand</source>
        <translation>手工输入斜率和截距</translation>
    </message>
    <message>
        <source>Internal tissues, drawn as segments (experimental)</source>
        <translation>体内组织，已勾画为分割段（试验性）</translation>
    </message>
    <message>
        <source>The voxels are densities already</source>
        <translation>体素值已经是密度</translation>
    </message>
    <message>
        <source>Save the calibration, for scans of the same scanner and settings</source>
        <translation>保存校准，用于同一扫描仪、相同设置的扫描</translation>
    </message>
    <message>
        <source>Density calibration</source>
        <translation>骨密度校准</translation>
    </message>
    <message>
        <source>Save the density calibration</source>
        <translation>保存骨密度校准</translation>
    </message>
    <message>
        <source>The calibration could not be saved.</source>
        <translation>校准未能保存。</translation>
    </message>
    <message>
        <source>The scan could not be calibrated.</source>
        <translation>扫描未能校准。</translation>
    </message>
    <message>
        <source>Slope:</source>
        <translation>斜率：</translation>
    </message>
    <message>
        <source>mg/cm³ per HU, such as 0.8</source>
        <translation>每 HU 的 mg/cm³，如 0.8</translation>
    </message>
    <message>
        <source>Offset:</source>
        <translation>截距：</translation>
    </message>
    <message>
        <source>mg/cm³ at 0 HU</source>
        <translation>0 HU 时的 mg/cm³</translation>
    </message>
    <message>
        <source>Error (±):</source>
        <translation>误差（±）：</translation>
    </message>
    <message>
        <source>mg/cm³, if it is known</source>
        <translation>mg/cm³，如已知</translation>
    </message>
    <message>
        <source>Source:</source>
        <translation>出处：</translation>
    </message>
    <message>
        <source>phantom and data sheet, or report</source>
        <translation>体模及其数据表，或报告</translation>
    </message>
    <message>
        <source>Slope</source>
        <translation>斜率</translation>
    </message>
    <message>
        <source>Offset</source>
        <translation>截距</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>误差</translation>
    </message>
    <message>
        <source>The density of a rod</source>
        <translation>一根密度棒的密度</translation>
    </message>
    <message>
        <source>Material of the phantom's rods: K2HPO4 (such as Mindways) or hydroxyapatite, HA (such as QRM); the same bone has another density in each</source>
        <translation>体模密度棒的材料：K2HPO4（如 Mindways）或羟基磷灰石 HA（如 QRM）；同一骨在两者下的密度不同</translation>
    </message>
    <message>
        <source>Equivalent material:</source>
        <translation>等效材料：</translation>
    </message>
    <message>
        <source>Density of each segment that is a rod; leave the others empty.</source>
        <translation>每个密度棒分割段的密度；其余留空。</translation>
    </message>
    <message>
        <source>Draw each rod as a segment of the segmentation chosen above.</source>
        <translation>请在上面选择的分割中将每根密度棒勾画为一个分割段。</translation>
    </message>
    <message>
        <source>mg/cm³</source>
        <translation>mg/cm³</translation>
    </message>
    <message>
        <source>Density of this rod in mg/cm³, from the data sheet of the phantom</source>
        <translation>该密度棒的密度（mg/cm³），见体模的数据表</translation>
    </message>
    <message>
        <source>Found by their names: {tissues}.</source>
        <translation>按名称找到：{tissues}。</translation>
    </message>
    <message>
        <source>Draw at least three of air, fat, aorta, muscle and cortical bone as segments of these names.</source>
        <translation>请将空气、脂肪、主动脉、肌肉和皮质骨中的至少三种勾画为同名分割段（air、fat、aorta、muscle、cortical bone）。</translation>
    </message>
    <message>
        <source>{title} must be a number, not '{text}'.</source>
        <translation>{title}必须是数字，不能是“{text}”。</translation>
    </message>
    <message>
        <source>Not calibrated. The model measures densities; HU are none.</source>
        <translation>未校准。该模型测量密度，而 HU 不是密度。</translation>
    </message>
    <message>
        <source>The density calibration of this scene</source>
        <translation>本场景的骨密度校准</translation>
    </message>
    <message>
        <source>error unknown</source>
        <translation>误差未知</translation>
    </message>
    <message>
        <source>{hu:g} HU = {density:.1f} mg/cm³ ({margin}{fit})</source>
        <translation>{hu:g} HU = {density:.1f} mg/cm³（{margin}{fit}）</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.check_section</name>
    <message>
        <source>Check the &amp;region</source>
        <translation>检查该区域(&amp;R)</translation>
    </message>
    <message>
        <source>What speaks against measuring this region, and what to do about it</source>
        <translation>自动选择与扫描和骨相符的规范</translation>
    </message>
    <message>
        <source>List what speaks against measuring the selected segment, and what to do about it</source>
        <translation>列出测量所选分割段的不利因素及建议</translation>
    </message>
    <message>
        <source>Choose a scan and select the segment of a bone first</source>
        <translation>请先选择扫描和骨的分割段</translation>
    </message>
    <message>
        <source>Not checked yet.</source>
        <translation>尚未检查。</translation>
    </message>
    <message>
        <source>Select the segment of a bone.</source>
        <translation>请选择骨的分割段。</translation>
    </message>
    <message>
        <source>Checking …</source>
        <translation>正在检查…</translation>
    </message>
    <message>
        <source>&amp;7. Region check</source>
        <translation>7. 区域检查(&amp;7)</translation>
    </message>
    <message>
        <source>Nothing was found that speaks against measuring this region. That it follows the bone, and which bone it is, only you can see.</source>
        <translation>未发现不宜测量该区域之处。区域是否沿骨边界、是哪块骨，只有您能判断。</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>拒绝</translation>
    </message>
    <message>
        <source>no warning</source>
        <translation>无警告</translation>
    </message>
    <message>
        <source>1 warning</source>
        <translation>1 条警告</translation>
    </message>
    <message>
        <source>{count} warnings</source>
        <translation>{count} 条警告</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.clinical_editors</name>
    <message>
        <source>Answer the open yes/no questions with No</source>
        <translation>将未回答的是非题回答为“否”</translation>
    </message>
    <message>
        <source>You state that none of them applies to this person</source>
        <translation>您说明其中没有一项适用于此人</translation>
    </message>
    <message>
        <source>not stated</source>
        <translation>未说明</translation>
    </message>
    <message>
        <source>{low} to {high}</source>
        <translation>{low} 至 {high}</translation>
    </message>
    <message>
        <source>Unit: {unit}.</source>
        <translation>单位：{unit}。</translation>
    </message>
    <message>
        <source>The model takes {low:g} to {high:g}.</source>
        <translation>模型适用的范围为 {low:g} 至 {high:g}。</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.csf_section</name>
    <message>
        <source>Cerebrospinal fluid at L3</source>
        <translation>L3 处的脑脊液</translation>
    </message>
    <message>
        <source>Fluid is dark on T1 and bright on T2</source>
        <translation>脑脊液在 T1 上为低信号，在 T2 上为高信号</translation>
    </message>
    <message>
        <source>Weighting:</source>
        <translation>加权：</translation>
    </message>
    <message>
        <source>Add cerebrospinal fluid</source>
        <translation>添加脑脊液</translation>
    </message>
    <message>
        <source>Add a small region in the fluid behind L3, for ratios of signals such as VBQ</source>
        <translation>在 L3 后方的脑脊液内添加一个小区域，用于 VBQ 等信号比</translation>
    </message>
    <message>
        <source>{weighting} (from the file)</source>
        <translation>{weighting}（来自文件）</translation>
    </message>
    <message>
        <source>not stated</source>
        <translation>未说明</translation>
    </message>
    <message>
        <source>State first whether the scan is T1- or T2-weighted</source>
        <translation>请先说明扫描是 T1 加权还是 T2 加权</translation>
    </message>
    <message>
        <source>Name the levels first: the body L3 is needed</source>
        <translation>请先命名节段：需要 L3 椎体</translation>
    </message>
    <message>
        <source>The region that is there was drawn or edited by hand; remove it to have another one proposed</source>
        <translation>现有区域为手工勾画或已修改；如需重新建议，请先将其移除</translation>
    </message>
    <message>
        <source>The region could not be made.</source>
        <translation>未能生成该区域。</translation>
    </message>
    <message>
        <source>Signal {mean:.4g} ± {sd:.2g}, {behind:.0f} mm behind the wall. Check that it holds no nerve root, fat or vein.</source>
        <translation>信号 {mean:.4g} ± {sd:.2g}，位于椎体后壁后方 {behind:.0f} mm。请确认其中没有神经根、脂肪或静脉。</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.drawing_actions</name>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy the drawing: as a picture, and as SVG for programs that take it</source>
        <translation>复制图形：作为图片，也作为 SVG 供支持它的程序使用</translation>
    </message>
    <message>
        <source>Save as SVG…</source>
        <translation>保存为 SVG…</translation>
    </message>
    <message>
        <source>Lines and letters, sharp at any size</source>
        <translation>线条和文字，任意大小都清晰</translation>
    </message>
    <message>
        <source>Save as PNG</source>
        <translation>保存为 PNG</translation>
    </message>
    <message>
        <source>Save as PNG, {dpi} dpi…</source>
        <translation>保存为 PNG，{dpi} dpi…</translation>
    </message>
    <message>
        <source>Save the drawing</source>
        <translation>保存图形</translation>
    </message>
    <message>
        <source>{path} cannot be written; choose another folder.</source>
        <translation>无法写入 {path}；请选择其他文件夹。</translation>
    </message>
    <message>
        <source>Saved {path}</source>
        <translation>已保存 {path}</translation>
    </message>
    <message>
        <source>The drawing was copied</source>
        <translation>图形已复制</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.engine_state_label</name>
    <message>
        <source>Feature engine: not installed</source>
        <translation>特征引擎：未安装</translation>
    </message>
    <message>
        <source>Ask for radiomics features and press Apply: its Python packages are then offered for installation. Scores that need no features do not miss it.</source>
        <translation>勾选影像组学特征并按“应用”：随后会提示安装其 Python 软件包。不需要特征的评分不受影响。</translation>
    </message>
    <message>
        <source>Its code is compiled once on this computer, in the background, and kept. You can work on; features that you ask for meanwhile wait for it.</source>
        <translation>其代码在本机后台编译一次并保留。您可以继续工作；此间要求的特征会等待其完成。</translation>
    </message>
    <message>
        <source>Feature engine: not prepared; the first features will take a minute longer</source>
        <translation>特征引擎：尚未准备；首次提取特征将多用一分钟</translation>
    </message>
    <message>
        <source>Preparing it in the background failed: {reason}. If extraction fails as well, reinstall the Python packages numba and PyWavelets.</source>
        <translation>后台准备失败：{reason}。如提取也失败，请重新安装 Python 软件包 numba 和 PyWavelets。</translation>
    </message>
    <message>
        <source>Feature engine: ready</source>
        <translation>特征引擎：就绪</translation>
    </message>
    <message>
        <source>Features of a region take a second or a few</source>
        <translation>一个区域的特征需一秒至数秒</translation>
    </message>
    <message>
        <source>Feature engine: being prepared, once on this computer ({seconds:.0f} s so far)</source>
        <translation>特征引擎：正在准备，每台计算机仅一次（已 {seconds:.0f} 秒）</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.extraction_section</name>
    <message>
        <source>choose a segment</source>
        <translation>选择分割段</translation>
    </message>
    <message>
        <source>The profile normalises on this region: {tissue}</source>
        <translation>提取方案以该区域归一化：{tissue}</translation>
    </message>
    <message>
        <source>Extract the features of the profile below, into the table beside the score</source>
        <translation>按下面的提取方案提取特征，写入表格，列于评分旁</translation>
    </message>
    <message>
        <source>Your own extraction profile</source>
        <translation>您自己的提取方案</translation>
    </message>
    <message>
        <source>Profiles</source>
        <translation>提取方案</translation>
    </message>
    <message>
        <source>The profile is at hand now; it is for {modality} and the bone '{site}', and this scan or region is another one.</source>
        <translation>该提取方案现已可用；它适用于{modality}和骨“{site}”，而当前扫描或区域不同。</translation>
    </message>
    <message>
        <source>bins of {width:g}</source>
        <translation>组距 {width:g}</translation>
    </message>
    <message>
        <source>{count} bins</source>
        <translation>{count} 组</translation>
    </message>
    <message>
        <source>no binning</source>
        <translation>不离散化</translation>
    </message>
    <message>
        <source>in planes</source>
        <translation>按层面</translation>
    </message>
    <message>
        <source>image types {images}</source>
        <translation>图像类型 {images}</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.headline_table</name>
    <message>
        <source>The main figures; point at a line for what the number means</source>
        <translation>主要结果；将鼠标停在某一行上可查看该数字的含义</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.level_question</name>
    <message>
        <source>The slice views go to the body that is chosen</source>
        <translation>切面视图转到所选椎体</translation>
    </message>
    <message>
        <source>Count the ribs or the lumbar vertebrae</source>
        <translation>请数肋骨或腰椎</translation>
    </message>
    <message>
        <source>Name and score</source>
        <translation>命名并评分</translation>
    </message>
    <message>
        <source>Choose the level of this body first</source>
        <translation>请先选择该椎体的节段</translation>
    </message>
    <message>
        <source>is</source>
        <translation>是</translation>
    </message>
    <message>
        <source>Vertebra {number}</source>
        <translation>椎体 {number}</translation>
    </message>
    <message>
        <source>choose its level</source>
        <translation>选择其节段</translation>
    </message>
    <message>
        <source>Name this body; the others follow, and nothing is measured again</source>
        <translation>为该椎体命名；其余随之确定，无需重新测量</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.level_section</name>
    <message>
        <source>Level</source>
        <translation>节段</translation>
    </message>
    <message>
        <source>Heights (mm)</source>
        <translation>高度（mm）</translation>
    </message>
    <message>
        <source>Genant</source>
        <translation>Genant</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Drag a level to the body that it belongs to; the others follow</source>
        <translation>将节段拖到其所属的椎体上；其余随之改变</translation>
    </message>
    <message>
        <source>Front / middle / rear</source>
        <translation>前缘 / 中部 / 后缘</translation>
    </message>
    <message>
        <source>Grade that the heights suggest; the grade itself is read by a person</source>
        <translation>由高度提示的分级；分级本身由人判读</translation>
    </message>
    <message>
        <source>What is to be known of this body</source>
        <translation>关于该椎体须知</translation>
    </message>
    <message>
        <source>Confirm: the lowest body is {level}</source>
        <translation>确认：最下方的椎体是 {level}</translation>
    </message>
    <message>
        <source>Count the ribs or the lumbar vertebrae first. Nothing is named until you confirm, drag or choose a level</source>
        <translation>请先数肋骨或腰椎。在您确认、拖动或选择节段之前，不会命名任何椎体</translation>
    </message>
    <message>
        <source>Click a body here and choose its level below: all others follow.</source>
        <translation>在此单击一个椎体，并在下面选择其节段：其余随之确定。</translation>
    </message>
    <message>
        <source>Wrong level? Drag it up or down to the body that it belongs to: all others follow. Undo takes it back.</source>
        <translation>节段有误？将其上下拖到所属的椎体上：其余随之改变。可撤销。</translation>
    </message>
    <message>
        <source>Suggested, not confirmed</source>
        <translation>推测，未确认</translation>
    </message>
    <message>
        <source>Measured before it was edited</source>
        <translation>测量在修改之前</translation>
    </message>
    <message>
        <source>incomplete</source>
        <translation>不完整</translation>
    </message>
    <message>
        <source>edited</source>
        <translation>已修改</translation>
    </message>
    <message>
        <source>Cut off by the edge of the scan: not measured</source>
        <translation>被扫描边缘截断：未测量</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.level_table</name>
    <message>
        <source>Levels</source>
        <translation>各节段</translation>
    </message>
    <message>
        <source>Choose a level, by mouse or arrow keys, and the slice views go there</source>
        <translation>用鼠标或方向键选择一个节段，切面视图即转到该处</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>节段</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>分级</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.modality_choice</name>
    <message>
        <source>not stated</source>
        <translation>未说明</translation>
    </message>
    <message>
        <source>Decides how bones are looked for, and what is measured</source>
        <translation>决定如何寻找骨，以及测量什么</translation>
    </message>
    <message>
        <source>The scan's file says so</source>
        <translation>来自扫描文件</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.model_section</name>
    <message>
        <source>Used lately</source>
        <translation>最近使用</translation>
    </message>
    <message>
        <source>No score: radiomics features only</source>
        <translation>不评分：仅影像组学特征</translation>
    </message>
    <message>
        <source>Needs no scan: from entered values</source>
        <translation>无需扫描：根据填入的数值</translation>
    </message>
    <message>
        <source>The features of the profile below, for any modality</source>
        <translation>按下面的提取方案提取特征，适用于任何成像方式</translation>
    </message>
    <message>
        <source>No model at hand</source>
        <translation>没有可用的模型</translation>
    </message>
    <message>
        <source>Needs no scan and no region: enter the values below.</source>
        <translation>无需扫描和区域：请在下面填入数值。</translation>
    </message>
    <message>
        <source>Trust level: {trust}</source>
        <translation>可信等级：{trust}</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>平均值</translation>
    </message>
    <message>
        <source>lowest</source>
        <translation>最低值</translation>
    </message>
    <message>
        <source>highest</source>
        <translation>最高值</translation>
    </message>
    <message>
        <source>all regions</source>
        <translation>所有区域</translation>
    </message>
    <message>
        <source>For the patient: {what} of {where}</source>
        <translation>针对患者：{where} 的{what}</translation>
    </message>
    <message>
        <source>{rule} Counted are the segments of the same part as the chosen one.</source>
        <translation>{rule} 计入与所选分割段部位相同的各分割段。</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.module_help</name>
    <message>
        <source>Scores bone: load a CT and press &lt;b&gt;Score this scan&lt;/b&gt;. The vertebrae are found and measured, every published model that fits is applied, and each result is a score card with its findings, its nomogram and its limits.</source>
        <translation>为骨评分：载入 CT，按&lt;b&gt;为此扫描评分&lt;/b&gt;。程序自动寻找并测量椎体，应用所有适用的已发表模型；每个结果为一张评分卡，含质量检查结果、列线图和适用限制。</translation>
    </message>
    <message>
        <source>Or go step by step: choose the scan, the segment of a bone and a model, fill in what the model asks for, and press &lt;b&gt;Apply&lt;/b&gt;. Radiomics features are extracted from scans of any modality.</source>
        <translation>也可逐步进行：选择扫描、骨的分割段和模型，填入模型需要的数值，然后按&lt;b&gt;应用&lt;/b&gt;。任何成像方式的扫描均可提取影像组学特征。</translation>
    </message>
    <message>
        <source>Regions are drawn and corrected in the module Radiomics Ortho Segment. A scan to try it on is in the module Sample Data, under Radiomics Ortho.</source>
        <translation>区域在模块“骨骼影像组学分割”中勾画和修正。可供试用的扫描见模块 Sample Data 中的 Radiomics Ortho。</translation>
    </message>
    <message>
        <source>Draws the bone regions that Radiomics Ortho measures: click once in a vertebra or a femoral head to have the bones proposed, correct them with the Segment Editor or draw them by hand, confirm or drag the levels, and make the trabecular core.</source>
        <translation>勾画“骨骼影像组学”所测量的骨区域：在椎体或股骨头内单击一次即可得到建议的骨区域，用 Segment Editor 修正或手工勾画，确认或拖动节段，并生成松质骨核心。</translation>
    </message>
    <message>
        <source>Site, level, side and part of each segment are written as SNOMED CT codes. What you edit is marked and never replaced without asking.</source>
        <translation>每个分割段的部位、节段、侧别和组成部分以 SNOMED CT 编码写入。您修改过的内容会被标记，未经询问绝不替换。</translation>
    </message>
    <message>
        <source>Published models are cited on their cards. Radiomics features have the definitions and names of pyradiomics (van Griethuysen et al., Cancer Research 2017).</source>
        <translation>已发表的模型在其评分卡上注明引文。影像组学特征采用 pyradiomics 的定义和名称（van Griethuysen et al., Cancer Research 2017）。</translation>
    </message>
    <message>
        <source>Segments carry SNOMED CT codes.</source>
        <translation>分割段带有 SNOMED CT 编码。</translation>
    </message>
    <message>
        <source>&lt;b&gt;Research use only — not a medical device, not for diagnosis.&lt;/b&gt;</source>
        <translation>&lt;b&gt;仅供研究使用——不是医疗器械，不得用于诊断。&lt;/b&gt;</translation>
    </message>
    <message>
        <source>Read more: {tutorial}tutorial{end}, {models}the models{end}, {protocols}how each region is drawn{end}.</source>
        <translation>更多内容：{tutorial}教程{end}、{models}模型{end}、{protocols}各区域的勾画方法{end}。</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.nomogram_window</name>
    <message>
        <source>Nomogram</source>
        <translation>列线图</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.one_click_section</name>
    <message>
        <source>Cancelled; nothing was changed.</source>
        <translation>已取消；未做任何更改。</translation>
    </message>
    <message>
        <source>What is looked for in the scan, and scored; regions that are there already are taken as they are</source>
        <translation>在扫描中查找并评分的部位；已有的区域按原样使用</translation>
    </message>
    <message>
        <source>Spine, or else hip</source>
        <translation>脊柱，否则髋部</translation>
    </message>
    <message>
        <source>Spine</source>
        <translation>脊柱</translation>
    </message>
    <message>
        <source>Hip (proximal femur)</source>
        <translation>髋部（股骨近端）</translation>
    </message>
    <message>
        <source>Bo&amp;ne:</source>
        <translation>部位(&amp;N)：</translation>
    </message>
    <message>
        <source>Click &amp;in the bone</source>
        <translation>在骨内单击(&amp;I)</translation>
    </message>
    <message>
        <source>Then click once inside a vertebral body, or in the middle of the head of a femur, in any slice view</source>
        <translation>然后在任一切片视图中，于椎体内或股骨头中央单击一次</translation>
    </message>
    <message>
        <source>The work could not be started.</source>
        <translation>任务未能开始。</translation>
    </message>
    <message>
        <source>The scan could not be scored.</source>
        <translation>扫描未能评分。</translation>
    </message>
    <message>
        <source>Another volume was chosen meanwhile; nothing was written.</source>
        <translation>其间选择了另一个影像；未写入任何内容。</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>未做任何更改。</translation>
    </message>
    <message>
        <source>&lt;p&gt;No model gave a score; the reasons stand above.&lt;/p&gt;</source>
        <translation>&lt;p&gt;没有模型给出评分；原因见上。&lt;/p&gt;</translation>
    </message>
    <message>
        <source>No spine was found by itself. Press the button below and click once in a vertebral body.</source>
        <translation>未能自动找到脊柱。请按下面的按钮，并在椎体内单击一次。</translation>
    </message>
    <message>
        <source>No hip was found by itself. Press the button below and click once in the middle of the head of a femur.</source>
        <translation>未能自动找到髋部。请按下面的按钮，并在股骨头中央单击一次。</translation>
    </message>
    <message>
        <source>Neither a spine nor a hip was found by itself. Press the button below and click once in a vertebral body, or in the middle of the head of a femur.</source>
        <translation>未能自动找到脊柱或髋部。请按下面的按钮，并在椎体内或股骨头中央单击一次。</translation>
    </message>
    <message>
        <source>{volume} bones</source>
        <translation>{volume} 的骨</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>&amp;Score again</source>
        <translation>再次评分(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Score this scan</source>
        <translation>为此扫描评分(&amp;S)</translation>
    </message>
    <message>
        <source>Find the bones, measure them, and apply every model that fits; what is known already is not computed again</source>
        <translation>查找骨骼、测量，并应用所有适用的模型；已有的结果不会重新计算</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.panel</name>
    <message>
        <source>&lt;p&gt;The inputs have changed since the last result: press Apply again.&lt;/p&gt;</source>
        <translation>&lt;p&gt;上次结果之后输入已改变：请再次按“应用”。&lt;/p&gt;</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.planar_region_section</name>
    <message>
        <source>Polygon</source>
        <translation>多边形</translation>
    </message>
    <message>
        <source>Ellipse</source>
        <translation>椭圆</translation>
    </message>
    <message>
        <source>Box on the femoral neck</source>
        <translation>股骨颈矩形</translation>
    </message>
    <message>
        <source>Add a segment with the pixels whose centres lie inside</source>
        <translation>新增一个分割段，包含中心位于其内的像素</translation>
    </message>
    <message>
        <source>Set the points first</source>
        <translation>请先设置点</translation>
    </message>
    <message>
        <source>Set points in order around the region; right-click ends.</source>
        <translation>围绕区域依次设置点；右键结束。</translation>
    </message>
    <message>
        <source>Set the centre.</source>
        <translation>设置中心。</translation>
    </message>
    <message>
        <source>Set the end of one axis.</source>
        <translation>设置一条轴的端点。</translation>
    </message>
    <message>
        <source>Set a point to which the ellipse reaches across.</source>
        <translation>设置椭圆在横向上到达的点。</translation>
    </message>
    <message>
        <source>Set the centre of the femoral head.</source>
        <translation>设置股骨头中心。</translation>
    </message>
    <message>
        <source>Set a second point on the neck's axis: the middle of its base, or where the axis meets the lateral cortex.</source>
        <translation>在颈轴上设置第二点：颈基底中点，或颈轴与外侧皮质的交点。</translation>
    </message>
    <message>
        <source>Set a point on the upper or lower cortex where the neck is narrowest.</source>
        <translation>在颈最窄处的上缘或下缘皮质上设置一点。</translation>
    </message>
    <message>
        <source>Points can be dragged; then make the region.</source>
        <translation>点可拖动；然后生成区域。</translation>
    </message>
    <message>
        <source>Region points</source>
        <translation>区域点</translation>
    </message>
    <message>
        <source>The region could not be made.</source>
        <translation>未能生成该区域。</translation>
    </message>
    <message>
        <source>{count} pixels</source>
        <translation>{count} 像素</translation>
    </message>
    <message>
        <source>{area:.0f} mm²</source>
        <translation>{area:.0f} mm²</translation>
    </message>
    <message>
        <source>neck {width:.1f} mm wide</source>
        <translation>颈宽 {width:.1f} mm</translation>
    </message>
    <message>
        <source>Made: {facts}.</source>
        <translation>已生成：{facts}。</translation>
    </message>
    <message>
        <source>Name it below.</source>
        <translation>请在下面命名。</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.proposal_section</name>
    <message>
        <source>Find with TotalSegmentator</source>
        <translation>用 TotalSegmentator 寻找</translation>
    </message>
    <message>
        <source>Cancelled; nothing was changed.</source>
        <translation>已取消；未做任何更改。</translation>
    </message>
    <message>
        <source>Vertebral bodies</source>
        <translation>椎体</translation>
    </message>
    <message>
        <source>Proximal femur</source>
        <translation>股骨近端</translation>
    </message>
    <message>
        <source>Whole bodies</source>
        <translation>整个椎体</translation>
    </message>
    <message>
        <source>Whole bodies and trabecular cores</source>
        <translation>整个椎体和松质骨核心</translation>
    </message>
    <message>
        <source>All parts: also mid-axial ellipse and 9 mm mid slab</source>
        <translation>所有部分：另加中轴位椭圆和 9 mm 中部层块</translation>
    </message>
    <message>
        <source>The work could not be started.</source>
        <translation>任务未能开始。</translation>
    </message>
    <message>
        <source>Nothing was proposed.</source>
        <translation>未得到任何建议。</translation>
    </message>
    <message>
        <source>The bones could not be proposed.</source>
        <translation>未能建议骨区域。</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>未做任何更改。</translation>
    </message>
    <message>
        <source>{count} segments proposed: check them in the slice views, correct them below. Undo takes them back.</source>
        <translation>已建议 {count} 个分割段：请在切面视图中核对，并在下面修正。可撤销。</translation>
    </message>
    <message>
        <source>{count} segments proposed in '{segmentation}': choose it to check and correct them.</source>
        <translation>已在“{segmentation}”中建议 {count} 个分割段：请选择该分割以核对和修正。</translation>
    </message>
    <message>
        <source>Kept as edited: {names}. An edited bone keeps the parts that it had.</source>
        <translation>按修改后的样子保留：{names}。修改过的骨保留其原有各部分。</translation>
    </message>
    <message>
        <source>{volume} bones</source>
        <translation>{volume} 的骨</translation>
    </message>
    <message>
        <source>Then click once inside the bone, in any slice view</source>
        <translation>然后在任一切面视图中于骨内单击一次</translation>
    </message>
    <message>
        <source>Where the bone is plain to see, it is found without a click</source>
        <translation>骨清晰可见时，无需单击即可找到</translation>
    </message>
    <message>
        <source>Run the installed TotalSegmentator, check its labels for mixed-up levels, and take them over; this can take minutes</source>
        <translation>运行已安装的 TotalSegmentator，检查其标签有无节段混淆后采用；可能需要数分钟</translation>
    </message>
    <message>
        <source>Once more from the same point; drag the point first if you like. You are asked before anything that you edited is replaced</source>
        <translation>从同一点再来一次；可先拖动该点。替换您修改过的内容之前会先询问</translation>
    </message>
    <message>
        <source>Edited by hand</source>
        <translation>手工修改</translation>
    </message>
    <message>
        <source>These segments were edited by hand since they were proposed:

{names}

Keep them as they are?</source>
        <translation>以下分割段在建议之后经手工修改：

{names}

是否保留原样？</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>替换</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.proposal_text</name>
    <message>
        <source>Left out</source>
        <translation>未包括</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>head radius {radius:.1f} mm</source>
        <translation>股骨头半径 {radius:.1f} mm</translation>
    </message>
    <message>
        <source>neck–shaft angle {angle:.0f}°</source>
        <translation>颈干角 {angle:.0f}°</translation>
    </message>
    <message>
        <source>Left femur</source>
        <translation>左侧股骨</translation>
    </message>
    <message>
        <source>Right femur</source>
        <translation>右侧股骨</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.protocol_section</name>
    <message>
        <source>&amp;2. How to draw the region</source>
        <translation>2. 如何勾画该区域(&amp;2)</translation>
    </message>
    <message>
        <source>The protocol that fits scan and bone is chosen by itself</source>
        <translation>勾画该区域的步骤及图示</translation>
    </message>
    <message>
        <source>Apply window/level</source>
        <translation>应用窗宽/窗位</translation>
    </message>
    <message>
        <source>Save as page…</source>
        <translation>保存为网页…</translation>
    </message>
    <message>
        <source>One HTML page with the pictures, to read or to print</source>
        <translation>一个含图示的 HTML 网页，可阅读或打印</translation>
    </message>
    <message>
        <source>The steps of drawing this region, with pictures</source>
        <translation>测量该区域的不利因素及建议</translation>
    </message>
    <message>
        <source>Load a scan and choose it as the volume first</source>
        <translation>请先载入扫描并将其选为影像</translation>
    </message>
    <message>
        <source>Show the scan with {window}</source>
        <translation>以{window}显示扫描</translation>
    </message>
    <message>
        <source>This protocol is for another kind of scan or another bone.</source>
        <translation>该规范适用于另一种扫描或另一块骨。</translation>
    </message>
    <message>
        <source>Page of the protocol</source>
        <translation>规范网页</translation>
    </message>
    <message>
        <source>Web pages</source>
        <translation>网页</translation>
    </message>
    <message>
        <source>Written: {path}</source>
        <translation>已写入：{path}</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.readiness</name>
    <message>
        <source>Load a CT and choose it as the volume, or choose a model that needs no scan.</source>
        <translation>请载入 CT 并将其选为影像，或选择无需扫描的模型。</translation>
    </message>
    <message>
        <source>Choose a segmentation, or draw one with Radiomics Ortho Segment.</source>
        <translation>请选择一个分割，或用“骨骼影像组学分割”勾画。</translation>
    </message>
    <message>
        <source>Choose a segment of the segmentation.</source>
        <translation>请在分割中选择一个分割段。</translation>
    </message>
    <message>
        <source>Choose a model.</source>
        <translation>请选择模型。</translation>
    </message>
    <message>
        <source>Calibrate the scan to densities: section 'Density calibration' of the model.</source>
        <translation>请将扫描校准为密度：见模型的“骨密度校准”部分。</translation>
    </message>
    <message>
        <source>{count} more</source>
        <translation>另 {count} 项</translation>
    </message>
    <message>
        <source>Enter {values}.</source>
        <translation>请填入{values}。</translation>
    </message>
    <message>
        <source>Answer under 'Findings by eye': {questions}.</source>
        <translation>请在“目测所见”中回答：{questions}。</translation>
    </message>
    <message>
        <source>Answer under 'Findings by eye', or choose 'not assessable': {questions}.</source>
        <translation>请在“目测所见”中回答，或选择“无法评估”：{questions}。</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.recipe_choice</name>
    <message>
        <source>The published study whose way of working is fitted to your own table; none of its numbers are used</source>
        <translation>用该已发表研究的做法拟合您自己的表格；不采用其任何数值</translation>
    </message>
    <message>
        <source>A recipe of your own (file under Advanced)</source>
        <translation>自己的研究方案（文件在“高级”中指定）</translation>
    </message>
    <message>
        <source>&amp;Recipe:</source>
        <translation>研究方案(&amp;R)：</translation>
    </message>
    <message>
        <source>About this design</source>
        <translation>关于此设计</translation>
    </message>
    <message>
        <source>What the study states and reported, what is done otherwise here and why, and what had to be assumed</source>
        <translation>原研究的陈述与报告的结果、此处的不同做法及理由，以及不得不作的假定</translation>
    </message>
    <message>
        <source>Name the file of your recipe under Advanced.</source>
        <translation>请在“高级”中指定您的方案文件。</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.region_text</name>
    <message>
        <source>level not stated</source>
        <translation>节段未说明</translation>
    </message>
    <message>
        <source>femur, side not stated</source>
        <translation>股骨，侧别未说明</translation>
    </message>
    <message>
        <source>bone not stated</source>
        <translation>骨未说明</translation>
    </message>
    <message>
        <source>trabecular core, used as drawn</source>
        <translation>松质骨核心，按勾画原样使用</translation>
    </message>
    <message>
        <source>whole body, its trabecular core is derived</source>
        <translation>整个椎体，由其得出松质骨核心</translation>
    </message>
    <message>
        <source>cerebrospinal fluid</source>
        <translation>脑脊液</translation>
    </message>
    <message>
        <source>part not stated, taken as the whole bone</source>
        <translation>部位未说明，按整块骨处理</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.report_folder</name>
    <message>
        <source>Folder for the report</source>
        <translation>报告文件夹</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.result_section</name>
    <message>
        <source>Score card</source>
        <translation>评分卡</translation>
    </message>
    <message>
        <source>Result, measurements and features</source>
        <translation>结果、测量值和特征</translation>
    </message>
    <message>
        <source>No result yet: press Apply, or Score this scan.</source>
        <translation>尚无结果：请按“应用”或“为此扫描评分”。</translation>
    </message>
    <message>
        <source>No score: the scan or the region does not allow one.</source>
        <translation>未评分：扫描或区域不允许评分。</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.sample_buttons</name>
    <message>
        <source>The sample could not be loaded.</source>
        <translation>未能载入该示例数据。</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.saving_section</name>
    <message>
        <source>There is no result yet: press Apply, or Score this scan.</source>
        <translation>尚无结果：请按“应用”或“为此扫描评分”。</translation>
    </message>
    <message>
        <source>Put region, score and report as DICOM objects (SEG, SR, PDF) beside the scan, into its study in the DICOM database. They carry the patient's identity, as the scan does.</source>
        <translation>将区域、评分和报告作为 DICOM 对象（SEG、SR、PDF）存入 DICOM 数据库中该扫描所属的检查。与扫描一样，它们带有患者身份信息。</translation>
    </message>
    <message>
        <source>{sign} {count} DICOM objects stored in the study of the scan (module DICOM)</source>
        <translation>{sign} 已将 {count} 个 DICOM 对象存入该扫描所属的检查（DICOM 模块）</translation>
    </message>
    <message>
        <source>There is no score yet: press Apply, or Score this scan.</source>
        <translation>还没有评分：请按“应用”，或按“为此扫描评分”。</translation>
    </message>
    <message>
        <source>The scan was not loaded from the DICOM database, so there is no study to put its results into.</source>
        <translation>该扫描不是从 DICOM 数据库加载的，因此没有可存入结果的检查。</translation>
    </message>
    <message>
        <source>Write card.json, report.html and nomogram.svg into a folder</source>
        <translation>将 card.json、report.html 和 nomogram.svg 写入文件夹</translation>
    </message>
    <message>
        <source>Write the features and their provenance into a folder</source>
        <translation>将特征及其来源记录写入文件夹</translation>
    </message>
    <message>
        <source>{sign} {count} files written to &lt;a href="{url}"&gt;{place}&lt;/a&gt;</source>
        <translation>{sign} 已写入 {count} 个文件：&lt;a href="{url}"&gt;{place}&lt;/a&gt;</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.scan_facts_section</name>
    <message>
        <source>unknown</source>
        <translation>未知</translation>
    </message>
    <message>
        <source> mm</source>
        <translation> mm</translation>
    </message>
    <message>
        <source>{kvp} kV</source>
        <translation>{kvp} kV</translation>
    </message>
    <message>
        <source>not stated</source>
        <translation>未说明</translation>
    </message>
    <message>
        <source>none given</source>
        <translation>未使用</translation>
    </message>
    <message>
        <source>given</source>
        <translation>已使用</translation>
    </message>
    <message>
        <source>{modality} (from its name)</source>
        <translation>{modality}（来自其名称）</translation>
    </message>
    <message>
        <source>{modality} (from the file)</source>
        <translation>{modality}（来自文件）</translation>
    </message>
    <message>
        <source>State what the scan is, where its file does not; it is recorded as stated by you</source>
        <translation>文件未注明时，请说明扫描的种类；将记录为由您说明</translation>
    </message>
    <message>
        <source>The file states it</source>
        <translation>文件已注明</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.score_list</name>
    <message>
        <source>Scores</source>
        <translation>评分</translation>
    </message>
    <message>
        <source>Choose a score to see its card below, with its region in the slice views</source>
        <translation>选择一项评分，在下方查看其评分卡，并在切面视图中显示其区域</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.score_step</name>
    <message>
        <source>Score the region with this model, or extract its features</source>
        <translation>用该模型为此区域评分，或提取其特征</translation>
    </message>
    <message>
        <source>Radiomics Ortho</source>
        <translation>骨骼影像组学</translation>
    </message>
    <message>
        <source>The case could not be scored.</source>
        <translation>病例未能评分。</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.seed_picker</name>
    <message>
        <source>Bone</source>
        <translation>骨</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.semantic_editors</name>
    <message>
        <source>not assessed</source>
        <translation>未评估</translation>
    </message>
    <message>
        <source>Nobody has looked: the feature stays empty</source>
        <translation>无人查看：该特征留空</translation>
    </message>
    <message>
        <source>not assessable</source>
        <translation>无法评估</translation>
    </message>
    <message>
        <source>Looked at, but it cannot be told: the feature stays empty</source>
        <translation>已查看，但无法判断：该特征留空</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
    <message>
        <source>Looked for, and not there</source>
        <translation>已查看，未见</translation>
    </message>
    <message>
        <source>Looked at, but it cannot be measured: the feature stays empty</source>
        <translation>已查看，但无法测量：该特征留空</translation>
    </message>
    <message>
        <source>Seen on {modalities}.</source>
        <translation>见于 {modalities}。</translation>
    </message>
    <message>
        <source>Source ({evidence}): {source}</source>
        <translation>出处（{evidence}）：{source}</translation>
    </message>
    <message>
        <source>* must be answered, or marked as not assessable</source>
        <translation>* 必须回答，或标为无法评估</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.semantic_section</name>
    <message>
        <source>Findings by eye ({done} of {count} done)</source>
        <translation>目测所见（已完成 {done} / {count}）</translation>
    </message>
    <message>
        <source>Findings by eye (optional)</source>
        <translation>目测所见（可选）</translation>
    </message>
    <message>
        <source>Choose a segment first: answers belong to one region.</source>
        <translation>请先选择分割段：回答属于一个区域。</translation>
    </message>
    <message>
        <source>Please look again:</source>
        <translation>请再次查看：</translation>
    </message>
    <message>
        <source>Answers are about this region and go into the features. Point at a question for its definition.</source>
        <translation>回答针对该区域，并计入特征。将鼠标指向问题可查看其定义。</translation>
    </message>
    <message>
        <source>There is no form for this bone</source>
        <translation>没有适用于该骨的表单</translation>
    </message>
    <message>
        <source>Your own form</source>
        <translation>您自己的表单</translation>
    </message>
    <message>
        <source>Forms</source>
        <translation>表单</translation>
    </message>
    <message>
        <source>The form is at hand now, for the bone '{site}'; this region is another one.</source>
        <translation>该表单现已可用，适用于骨“{site}”；当前区域为另一块骨。</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.step_text</name>
    <message>
        <source>no scan yet</source>
        <translation>尚无扫描</translation>
    </message>
    <message>
        <source>none yet</source>
        <translation>尚无</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>拒绝</translation>
    </message>
    <message>
        <source>saved</source>
        <translation>已保存</translation>
    </message>
    <message>
        <source>not saved yet</source>
        <translation>尚未保存</translation>
    </message>
    <message>
        <source>at work</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>Another scan, or other facts, than were scored: press Score again.</source>
        <translation>与评分时不是同一扫描或扫描信息不同：请按“再次评分”。</translation>
    </message>
    <message>
        <source>edited since</source>
        <translation>之后已修改</translation>
    </message>
    <message>
        <source>Edited since they were scored: press Score again.</source>
        <translation>评分后已修改：请按“再次评分”。</translation>
    </message>
    <message>
        <source>of before the change</source>
        <translation>为更改前的结果</translation>
    </message>
    <message>
        <source>Something changed since: press Score again.</source>
        <translation>之后有改动：请按“再次评分”。</translation>
    </message>
    <message>
        <source>features</source>
        <translation>特征</translation>
    </message>
    <message>
        <source>{measured} of {found} measured</source>
        <translation>已测量 {measured} / {found}</translation>
    </message>
    <message>
        <source>Their levels are suggested by the sacrum: confirm one here, or correct it.</source>
        <translation>其节段由骶骨推测：请在此确认一个，或予以更正。</translation>
    </message>
    <message>
        <source>It is not known which vertebra is which: name one here, the others follow.</source>
        <translation>不知道各是哪个椎体：请在此命名一个，其余随之确定。</translation>
    </message>
    <message>
        <source>None could be measured; the reasons stand below.</source>
        <translation>均未能测量；原因见下。</translation>
    </message>
    <message>
        <source>no score</source>
        <translation>无评分</translation>
    </message>
    <message>
        <source>No model gave a score; the reasons stand below.</source>
        <translation>没有模型给出评分；原因见下。</translation>
    </message>
    <message>
        <source>1 score</source>
        <translation>1 项评分</translation>
    </message>
    <message>
        <source>{count} scores</source>
        <translation>{count} 项评分</translation>
    </message>
    <message>
        <source>Choose a line with {sign} to enter what its model needs.</source>
        <translation>选择带 {sign} 的一行，填入其模型需要的数值。</translation>
    </message>
    <message>
        <source>1 warning</source>
        <translation>1 条警告</translation>
    </message>
    <message>
        <source>{count} warnings</source>
        <translation>{count} 条警告</translation>
    </message>
    <message>
        <source>needs {values}</source>
        <translation>需要{values}</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.step_titles</name>
    <message>
        <source>&amp;1. Load</source>
        <translation>1. 载入(&amp;1)</translation>
    </message>
    <message>
        <source>&amp;2. Regions</source>
        <translation>2. 区域(&amp;2)</translation>
    </message>
    <message>
        <source>&amp;3. Score</source>
        <translation>3. 评分(&amp;3)</translation>
    </message>
    <message>
        <source>&amp;4. Report</source>
        <translation>4. 报告(&amp;4)</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.study_plan</name>
    <message>
        <source>Repeats of the &amp;cross-validation:</source>
        <translation>交叉验证重复次数(&amp;C)：</translation>
    </message>
    <message>
        <source>Folds:</source>
        <translation>折数：</translation>
    </message>
    <message>
        <source>See&amp;d:</source>
        <translation>随机种子(&amp;D)：</translation>
    </message>
    <message>
        <source>Fits at o&amp;nce:</source>
        <translation>同时拟合数(&amp;N)：</translation>
    </message>
    <message>
        <source>This recipe leaves out one subject or centre at a time; it has no number of folds.</source>
        <translation>此方案每次留出一名受试者或一个中心；没有折数。</translation>
    </message>
    <message>
        <source>Choose a recipe first.</source>
        <translation>请先选择研究方案。</translation>
    </message>
    <message>
        <source>How often the people are divided into folds anew; more repeats: steadier figures, longer work. The report says where this differs from the recipe.</source>
        <translation>重新划分各折的次数；次数越多结果越稳定，耗时越长。与方案不同之处会写入报告。</translation>
    </message>
    <message>
        <source>Into how many parts of whole subjects the table is divided; each part is predicted by a model that had not seen it</source>
        <translation>将表格按受试者整体划分为几份；每一份都由未见过它的模型预测</translation>
    </message>
    <message>
        <source>Another number divides the people otherwise; the same number gives the same result</source>
        <translation>换一个数则划分不同；同一个数得到相同结果</translation>
    </message>
    <message>
        <source>How many fits are computed at once, each in a process of its own</source>
        <translation>同时计算多少个拟合，每个在独立进程中运行</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.study_results_section</name>
    <message>
        <source>The results cannot be shown.</source>
        <translation>无法显示结果。</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Show a chart in the plot view; the data of its curves are nodes of the scene</source>
        <translation>在绘图视图中显示图表；曲线数据是场景中的节点</translation>
    </message>
    <message>
        <source>Ch&amp;art:</source>
        <translation>图表(&amp;A)：</translation>
    </message>
    <message>
        <source>Show a table below the chart</source>
        <translation>在图表下方显示表格</translation>
    </message>
    <message>
        <source>Ta&amp;ble:</source>
        <translation>表格(&amp;B)：</translation>
    </message>
    <message>
        <source>A fitted model of the study, as a bundle that scores a case</source>
        <translation>研究中拟合的模型，可用于为病例评分</translation>
    </message>
    <message>
        <source>&amp;Use this model</source>
        <translation>使用此模型(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Model:</source>
        <translation>模型(&amp;M)：</translation>
    </message>
    <message>
        <source>Open report</source>
        <translation>打开报告</translation>
    </message>
    <message>
        <source>The whole report in the browser: who is in the study, figures, features, checklists</source>
        <translation>在浏览器中打开完整报告：研究对象、图、特征、核对清单</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Show the folder with report, tables and models in the file manager</source>
        <translation>在文件管理器中显示包含报告、表格和模型的文件夹</translation>
    </message>
    <message>
        <source>Back to the scan</source>
        <translation>返回影像</translation>
    </message>
    <message>
        <source>The arrangement of views that was there before the charts</source>
        <translation>恢复显示图表之前的视图布局</translation>
    </message>
    <message>
        <source>External validation</source>
        <translation>外部验证</translation>
    </message>
    <message>
        <source>Study</source>
        <translation>研究</translation>
    </message>
    <message>
        <source>SIMULATED: virtual people; nothing here is about real ones.</source>
        <translation>模拟：虚拟人群；此处内容均与真实人群无关。</translation>
    </message>
    <message>
        <source>choose a table</source>
        <translation>选择表格</translation>
    </message>
    <message>
        <source>'{model}' becomes one of this site's models, for the tab Case and for Score this scan.</source>
        <translation>“{model}”将成为本单位的模型之一，可用于“病例”页和“为此影像评分”。</translation>
    </message>
    <message>
        <source>It replaces the model of the same id, version {version}.</source>
        <translation>它将替换同一标识的模型（版本 {version}）。</translation>
    </message>
    <message>
        <source>It was made here, nobody has signed it, and it is for research only: look at the report before you rely on a number.</source>
        <translation>该模型在本地生成，无人签名，仅供研究使用：采信任何数字之前请先查看报告。</translation>
    </message>
    <message>
        <source>SIMULATED: it was fitted to virtual people, and says nothing about a real one.</source>
        <translation>模拟：该模型由虚拟人群拟合，不能说明任何真实个体的情况。</translation>
    </message>
    <message>
        <source>{sign} Chosen in the tab Case: {model}</source>
        <translation>{sign} 已在“病例”页中选用：{model}</translation>
    </message>
    <message>
        <source>There are no results yet.</source>
        <translation>尚无结果。</translation>
    </message>
    <message>
        <source>This study has no model that can score a case:</source>
        <translation>此研究没有可为病例评分的模型：</translation>
    </message>
    <message>
        <source>Have this model score cases: it is verified, copied into the folder of this site's models, and chosen in the tab Case</source>
        <translation>用此模型为病例评分：先核验，复制到本单位模型文件夹，并在“病例”页中选用</translation>
    </message>
    <message>
        <source>The report is no longer in the folder.</source>
        <translation>文件夹中已没有该报告。</translation>
    </message>
    <message>
        <source>The views are those of the scan.</source>
        <translation>当前即为影像视图。</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.study_section</name>
    <message>
        <source>Sho&amp;w results</source>
        <translation>显示结果(&amp;W)</translation>
    </message>
    <message>
        <source>A published design on your own table</source>
        <translation>将已发表的研究设计用于您自己的表格</translation>
    </message>
    <message>
        <source>Tables (*.csv *.parquet)</source>
        <translation>表格 (*.csv *.parquet)</translation>
    </message>
    <message>
        <source>One row for each region: a column 'subject', features as 'extract' and the batch write them, the outcome, and the clinical columns that are named above</source>
        <translation>每个区域一行：'subject' 列、由 'extract' 和批处理写出的特征、结局，以及上面列出的临床列</translation>
    </message>
    <message>
        <source>From batch</source>
        <translation>取自批处理</translation>
    </message>
    <message>
        <source>&amp;Table:</source>
        <translation>表格(&amp;T)：</translation>
    </message>
    <message>
        <source>A new or empty folder for report, tables and models; or that of an earlier study, whose results are then shown</source>
        <translation>用于存放报告、表格和模型的新建或空文件夹；或以前研究的文件夹，以显示其结果</translation>
    </message>
    <message>
        <source>Results &amp;in:</source>
        <translation>结果存于(&amp;I)：</translation>
    </message>
    <message>
        <source>Tr&amp;y with a simulated cohort</source>
        <translation>用模拟队列试用(&amp;Y)</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>高级</translation>
    </message>
    <message>
        <source>Clinical values and outcomes in a table of their own with one row for each subject; it is joined to the features by the column 'subject'. Leave it empty if everything is in one table.</source>
        <translation>单独存放临床数值和结局的表格，每名受试者一行；按 'subject' 列与特征合并。若全部在一个表格中，请留空。</translation>
    </message>
    <message>
        <source>Outcomes (&amp;sheet):</source>
        <translation>结局（表格）(&amp;S)：</translation>
    </message>
    <message>
        <source>Recipes (*.yaml *.yml *.json)</source>
        <translation>研究方案 (*.yaml *.yml *.json)</translation>
    </message>
    <message>
        <source>A recipe of your own: copy one that ships, and change it</source>
        <translation>您自己的研究方案：复制一个自带方案并修改</translation>
    </message>
    <message>
        <source>Own reci&amp;pe:</source>
        <translation>自有方案(&amp;P)：</translation>
    </message>
    <message>
        <source>Folder for the simulated cohort and its study</source>
        <translation>存放模拟队列及其研究的文件夹</translation>
    </message>
    <message>
        <source>The study could not be started.</source>
        <translation>无法启动研究。</translation>
    </message>
    <message>
        <source>The study could not be finished.</source>
        <translation>研究未能完成。</translation>
    </message>
    <message>
        <source>Cancelled; nothing was written.</source>
        <translation>已取消；未写入任何内容。</translation>
    </message>
    <message>
        <source>{sign} Done in {seconds} s.</source>
        <translation>{sign} 已完成，用时 {seconds} 秒。</translation>
    </message>
    <message>
        <source>{sign} SIMULATED: {rows} rows of {subjects} virtual subjects in {table}. Press Run study.</source>
        <translation>{sign} 模拟：{subjects} 名虚拟受试者共 {rows} 行，位于 {table}。请按“运行研究”。</translation>
    </message>
    <message>
        <source>The table is being compared with the recipe.</source>
        <translation>正在将表格与研究方案比对。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Run study</source>
        <translation>运行研究</translation>
    </message>
    <message>
        <source>End the work; nothing is written</source>
        <translation>结束工作；不写入任何内容</translation>
    </message>
    <message>
        <source>Fit and validate the models of the recipe on this table; report, tables and models go into the folder. You can go on working meanwhile.</source>
        <translation>在此表格上拟合并验证方案中的模型；报告、表格和模型写入文件夹。期间可继续其他工作。</translation>
    </message>
    <message>
        <source>Show the results that this folder holds; nothing is computed again</source>
        <translation>显示此文件夹中的结果；不重新计算</translation>
    </message>
    <message>
        <source>A study is being computed.</source>
        <translation>正在计算一项研究。</translation>
    </message>
    <message>
        <source>The folder of results in the tab Batch holds no table of features yet.</source>
        <translation>“批处理”页的结果文件夹中尚无特征表。</translation>
    </message>
    <message>
        <source>Take the features that the batch wrote; name the table of outcomes under Advanced</source>
        <translation>采用批处理写出的特征；请在“高级”中指定结局表格</translation>
    </message>
    <message>
        <source>Write a table of virtual people of this design, as many as in the study, to try how a study runs. Everything that comes of it says SIMULATED.</source>
        <translation>写出一份符合此设计、人数与原研究相同的虚拟人群表格，以试运行研究。由此得到的一切均标明“SIMULATED”（模拟）。</translation>
    </message>
    <message>
        <source>Choose a recipe first.</source>
        <translation>请先选择研究方案。</translation>
    </message>
    <message>
        <source>This recipe describes no people to simulate.</source>
        <translation>此配方没有描述可模拟的人群。</translation>
    </message>
    <message>
        <source>Comparing the table with the recipe</source>
        <translation>正在比对表格与研究方案</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.table_check</name>
    <message>
        <source>The table is checked when the study is run, after its Python packages were installed.</source>
        <translation>运行研究并安装所需 Python 包之后，才会检查表格。</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.tabs</name>
    <message>
        <source>&amp;Case</source>
        <translation>病例(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Batch</source>
        <translation>批处理(&amp;B)</translation>
    </message>
    <message>
        <source>S&amp;tudy</source>
        <translation>研究(&amp;T)</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.validation_section</name>
    <message>
        <source>Validate a model on another table</source>
        <translation>在另一表格上验证模型</translation>
    </message>
    <message>
        <source>The folder of a model: below 'models' in the folder of a study</source>
        <translation>模型的文件夹：位于研究文件夹的 'models' 之下</translation>
    </message>
    <message>
        <source>From results</source>
        <translation>取自结果</translation>
    </message>
    <message>
        <source>Mode&amp;l:</source>
        <translation>模型(&amp;L)：</translation>
    </message>
    <message>
        <source>Tables (*.csv *.parquet)</source>
        <translation>表格 (*.csv *.parquet)</translation>
    </message>
    <message>
        <source>A table of people whom the model has not seen, with its features, clinical values and outcome</source>
        <translation>模型未见过的人群的表格，含其特征、临床数值和结局</translation>
    </message>
    <message>
        <source>&amp;Other table:</source>
        <translation>另一表格(&amp;O)：</translation>
    </message>
    <message>
        <source>A new or empty folder for report and predictions</source>
        <translation>用于存放报告和预测结果的新建或空文件夹</translation>
    </message>
    <message>
        <source>Results in:</source>
        <translation>结果存于：</translation>
    </message>
    <message>
        <source>that of the model's recipe</source>
        <translation>模型所属方案的结局</translation>
    </message>
    <message>
        <source>Only for a model from elsewhere: COLUMN=NO,YES, the column of the outcome and its two values, the event second</source>
        <translation>仅用于外来模型：COLUMN=NO,YES，即结局列及其两个取值，事件在后</translation>
    </message>
    <message>
        <source>Outcome:</source>
        <translation>结局：</translation>
    </message>
    <message>
        <source>The validation could not be started.</source>
        <translation>无法启动验证。</translation>
    </message>
    <message>
        <source>The validation could not be finished.</source>
        <translation>验证未能完成。</translation>
    </message>
    <message>
        <source>Cancelled; nothing was written.</source>
        <translation>已取消；未写入任何内容。</translation>
    </message>
    <message>
        <source>Done; the results are above.</source>
        <translation>已完成；结果见上方。</translation>
    </message>
    <message>
        <source>Choose a model: the folder of its bundle.</source>
        <translation>请选择模型：其模型包所在文件夹。</translation>
    </message>
    <message>
        <source>Choose a table of people whom the model has not seen.</source>
        <translation>请选择模型未见过的人群的表格。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Validate</source>
        <translation>验证</translation>
    </message>
    <message>
        <source>Apply the frozen model to every row, and compare with what happened; nothing is learned</source>
        <translation>将固定不变的模型用于每一行，并与实际结果比较；不作任何学习</translation>
    </message>
    <message>
        <source>Take the model that is chosen in the results above</source>
        <translation>采用上方结果中所选的模型</translation>
    </message>
    <message>
        <source>There are no results with a model yet.</source>
        <translation>尚无含模型的结果。</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.view_section</name>
    <message>
        <source>View</source>
        <translation>视图</translation>
    </message>
    <message>
        <source>Layout:</source>
        <translation>布局：</translation>
    </message>
    <message>
        <source>Which number of each level is listed, written and coloured</source>
        <translation>列出、标注并着色每个节段的哪个数值</translation>
    </message>
    <message>
        <source>Show:</source>
        <translation>显示：</translation>
    </message>
    <message>
        <source>Axial view across the spine</source>
        <translation>轴位视图垂直于脊柱</translation>
    </message>
    <message>
        <source>Tilt the axial view so that it lies across the spine at the level, for looking; nothing is measured on it</source>
        <translation>倾斜轴位视图，使其在该节段垂直于脊柱，仅供观看；不在其上测量</translation>
    </message>
    <message>
        <source>Values beside the outlines</source>
        <translation>轮廓旁显示数值</translation>
    </message>
    <message>
        <source>Write the value of each level at its centre, and show the segments as outlines</source>
        <translation>在每个节段的中心标注其数值，并以轮廓显示分割</translation>
    </message>
    <message>
        <source>Segments in the colours of their values</source>
        <translation>按数值给分割着色</translation>
    </message>
    <message>
        <source>The colours of the list; the segments get their own back when this is switched off</source>
        <translation>采用列表中的颜色；关闭后分割恢复各自的颜色</translation>
    </message>
    <message>
        <source>Trabecular core in HU colours</source>
        <translation>松质骨核心的 HU 颜色</translation>
    </message>
    <message>
        <source>Lay the attenuation of each voxel of the cores over the scan, with a legend; the scan is not changed</source>
        <translation>将核心内每个体素的 CT 值以颜色叠加在扫描上，并附图例；扫描本身不变</translation>
    </message>
    <message>
        <source>Spine</source>
        <translation>脊柱</translation>
    </message>
    <message>
        <source>A large sagittal view, axial and 3-D views, chart and table</source>
        <translation>大的矢状位视图、轴位和三维视图、图表和表格</translation>
    </message>
    <message>
        <source>Hip</source>
        <translation>髋部</translation>
    </message>
    <message>
        <source>A large coronal view, axial and 3-D views, chart and table</source>
        <translation>大的冠状位视图、轴位和三维视图、图表和表格</translation>
    </message>
    <message>
        <source>As before</source>
        <translation>恢复原样</translation>
    </message>
    <message>
        <source>Back to the arrangement of views before</source>
        <translation>恢复之前的视图布局</translation>
    </message>
    <message>
        <source>Score the scan first: then each level has a value to show.</source>
        <translation>请先为扫描评分：之后每个节段才有可显示的数值。</translation>
    </message>
    <message>
        <source>The views could not be arranged.</source>
        <translation>无法排列视图。</translation>
    </message>
    <message>
        <source>The cores could not be shown.</source>
        <translation>无法显示核心。</translation>
    </message>
    <message>
        <source>no value</source>
        <translation>无数值</translation>
    </message>
    <message>
        <source>Colours: {list}</source>
        <translation>颜色：{list}</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.what_if_section</name>
    <message>
        <source>Drag a marker to see what another value would change; the result stays as it is. Right click: copy or save the drawing</source>
        <translation>拖动标记可查看其他数值会带来什么变化；结果保持不变。单击右键：复制或保存图形</translation>
    </message>
    <message>
        <source>Set every value back to that of this case</source>
        <translation>将所有数值恢复为本例的数值</translation>
    </message>
    <message>
        <source>Move a marker on the drawing, or a value below: the result of this case stays as it is.</source>
        <translation>移动图上的标记或下面的数值：本例的结果保持不变。</translation>
    </message>
    <message>
        <source>What if: {value}, instead of {own} for this case</source>
        <translation>假设：{value}，本例为 {own}</translation>
    </message>
</context>
<context>
    <name>RadiomicsOrthoWidgets.work_dialog</name>
    <message>
        <source>Scoring</source>
        <translation>评分</translation>
    </message>
</context>
</TS>
